// The reference of bench/live.py: the least that a server of Node's socket.io can do for the same clients. It keeps nothing,
// asks nobody for rights and draws nothing: each line on its input is sent to everybody in the room it names.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Server } from "socket.io";

const http = createServer((_request, response) => response.end("ready"));
const io = new Server(http, { transports: ["websocket"], serveClient: false });

io.on("connection", (socket) => {
  socket.on("subscribe", ({ channels }, answer) => {
    for (const channel of channels) socket.join(channel);
    answer({ granted: channels, refused: [], streams: [], reload: [], position: "node:0" });
  });
});

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  io.to(message.channel).emit("stream", message);
});
http.listen(Number(process.argv[2]), "127.0.0.1");
