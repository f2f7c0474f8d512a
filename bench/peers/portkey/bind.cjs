// Portkey's gateway listens on every address; here it may on one only.
const net = require("node:net");
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, port, process.env.BENCH_HOST, rest.find((argument) => typeof argument === "function"));
};
