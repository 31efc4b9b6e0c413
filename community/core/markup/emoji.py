"""Names of common emoji, as people know them from other forums and chats."""

from __future__ import annotations

_TABLE = """
smile 😄 smiley 😃 grinning 😀 grin 😁 laughing 😆 satisfied 😆 joy 😂 rofl 🤣 sweat_smile 😅 slightly_smiling_face 🙂
upside_down_face 🙃 wink 😉 blush 😊 innocent 😇 heart_eyes 😍 star_struck 🤩 kissing_heart 😘 yum 😋
stuck_out_tongue 😛 stuck_out_tongue_winking_eye 😜 zany_face 🤪 money_mouth_face 🤑 hugs 🤗 thinking 🤔 zipper_mouth_face 🤐
raised_eyebrow 🤨 neutral_face 😐 expressionless 😑 no_mouth 😶 smirk 😏 unamused 😒 roll_eyes 🙄 grimacing 😬 relieved 😌
pensive 😔 sleepy 😪 sleeping 😴 mask 😷 nerd_face 🤓 sunglasses 😎 partying_face 🥳 confused 😕 worried 😟
slightly_frowning_face 🙁 open_mouth 😮 astonished 😲 flushed 😳 pleading_face 🥺 fearful 😨 cold_sweat 😰 cry 😢 sob 😭
scream 😱 disappointed 😞 sweat 😓 weary 😩 tired_face 😫 yawning_face 🥱 triumph 😤 rage 😡 angry 😠 exploding_head 🤯
hot_face 🥵 cold_face 🥶 shushing_face 🤫 face_with_monocle 🧐 clown_face 🤡 ghost 👻 skull 💀 alien 👽 robot 🤖 poop 💩
see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 ok_hand 👌 v ✌️ crossed_fingers 🤞
point_up ☝️ point_down 👇 point_left 👈 point_right 👉 point_up_2 👆 wave 👋 raised_hand ✋ clap 👏 raised_hands 🙌 pray 🙏
handshake 🤝 muscle 💪 fist ✊ facepunch 👊 writing_hand ✍️ eyes 👀 brain 🧠 shrug 🤷 facepalm 🤦 bow 🙇
heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 black_heart 🖤 white_heart 🤍
broken_heart 💔 two_hearts 💕 sparkling_heart 💖 sparkles ✨ star ⭐ star2 🌟 dizzy 💫 boom 💥 fire 🔥 zap ⚡ sunny ☀️
partly_sunny ⛅ cloud ☁️ rain_cloud 🌧️ snowflake ❄️ rainbow 🌈 umbrella ☔ droplet 💧 ocean 🌊 earth_africa 🌍
earth_americas 🌎 earth_asia 🌏 crescent_moon 🌙 tada 🎉 confetti_ball 🎊 balloon 🎈 gift 🎁 birthday 🎂 cake 🍰 trophy 🏆
medal_sports 🏅 1st_place_medal 🥇 2nd_place_medal 🥈 3rd_place_medal 🥉 dart 🎯 100 💯 rocket 🚀 airplane ✈️ car 🚗 bus 🚌
train 🚆 bike 🚲 bicyclist 🚴 mountain_bicyclist 🚵 kick_scooter 🛴 motor_scooter 🛵 truck 🚚 ship 🚢 construction 🚧
rotating_light 🚨 traffic_light 🚦 checkered_flag 🏁 white_flag 🏳️ pirate_flag 🏴‍☠️ rainbow_flag 🏳️‍🌈 house 🏠 office 🏢
factory 🏭 mountain ⛰️ camping 🏕️ beach_umbrella 🏖️ warning ⚠️ no_entry ⛔ no_entry_sign 🚫 x ❌ o ⭕ question ❓
grey_question ❔ exclamation ❗ heavy_exclamation_mark ❗ bangbang ‼️ white_check_mark ✅ heavy_check_mark ✔️
ballot_box_with_check ☑️ heavy_plus_sign ➕ heavy_minus_sign ➖ arrow_up ⬆️ arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️
leftwards_arrow_with_hook ↩️ repeat 🔁 arrows_counterclockwise 🔄 information_source ℹ️ new 🆕 free 🆓 sos 🆘 ok 🆗
red_circle 🔴 orange_circle 🟠 yellow_circle 🟡 green_circle 🟢 large_blue_circle 🔵 white_circle ⚪ black_circle ⚫
bulb 💡 flashlight 🔦 battery 🔋 electric_plug 🔌 wrench 🔧 hammer 🔨 nut_and_bolt 🔩 gear ⚙️ hammer_and_wrench 🛠️
toolbox 🧰 screwdriver 🪛 magnet 🧲 lock 🔒 unlock 🔓 key 🔑 mag 🔍 link 🔗 paperclip 📎 pushpin 📌 scissors ✂️ pencil 📝
memo 📝 pencil2 ✏️ book 📖 books 📚 bookmark 🔖 clipboard 📋 calendar 📆 date 📅 chart_with_upwards_trend 📈
chart_with_downwards_trend 📉 bar_chart 📊 package 📦 mailbox 📫 email 📧 envelope ✉️ inbox_tray 📥 outbox_tray 📤
bell 🔔 no_bell 🔕 mega 📣 loudspeaker 📢 speech_balloon 💬 thought_balloon 💭 iphone 📱 phone ☎️ telephone_receiver 📞
computer 💻 desktop_computer 🖥️ keyboard ⌨️ printer 🖨️ floppy_disk 💾 camera 📷 video_camera 📹 tv 📺 headphones 🎧
watch ⌚ alarm_clock ⏰ stopwatch ⏱️ hourglass ⌛ hourglass_flowing_sand ⏳ moneybag 💰 credit_card 💳 euro 💶 dollar 💵
shopping_cart 🛒 label 🏷️ receipt 🧾 recycle ♻️ seedling 🌱 evergreen_tree 🌲 four_leaf_clover 🍀 sunflower 🌻 rose 🌹
coffee ☕ tea 🍵 beer 🍺 beers 🍻 wine_glass 🍷 pizza 🍕 hamburger 🍔 apple 🍎 banana 🍌 cookie 🍪 popcorn 🍿
dog 🐶 cat 🐱 mouse 🐭 rabbit 🐰 fox_face 🦊 bear 🐻 panda_face 🐼 pig 🐷 frog 🐸 monkey 🐒 chicken 🐔 penguin 🐧 bird 🐦
owl 🦉 unicorn 🦄 bug 🐛 bee 🐝 snail 🐌 turtle 🐢 snake 🐍 octopus 🐙 whale 🐳 dolphin 🐬 soccer ⚽ basketball 🏀 musical_note 🎵
guitar 🎸 art 🎨 video_game 🎮 runner 🏃 walking 🚶 family 👪 baby 👶 technologist 🧑‍💻 mechanic 🧑‍🔧 detective 🕵️ santa 🎅
"""
_NAMES = _TABLE.split()

EMOJI = dict(zip(_NAMES[::2], _NAMES[1::2], strict=True))
"""Short name, without colons, to characters."""
