"use strict";

// node bench/bare-client.cjs TASKS
// Measures the best time that eight requests at once can reach: logs in, has the same task protected TASKS times, and
// ignores the answers. Prints the milliseconds for the login and for the tasks.

const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

const AT_ONCE = 8;
const { TL_CONSOLE, TL_USER: username, TL_PASS: password } = process.env;
const agent = new http.Agent({ keepAlive: true });

main(Number(process.argv[2])).finally(() => agent.destroy());

async function main(tasks) {
  const file = path.join(path.dirname(__dirname), "local-console/example.json");
  const { runtimeDefense: _, ...task } = JSON.parse(fs.readFileSync(file, "utf8"));
  const body = JSON.stringify(task);
  const start = performance.now();
  const { token } = JSON.parse(await post("authenticate", JSON.stringify({ username, password })));
  const loggedIn = performance.now();
  let left = tasks;
  const lane = async () => {
    while (left-- > 0) await post("defenders/fargate.json?consoleaddr=127.0.0.1&defenderType=appEmbedded", body, token);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  process.stdout.write(JSON.stringify({ login: loggedIn - start, tasks: performance.now() - loggedIn }));
}

function post(call, body, token) {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
    if (token) headers.Authorization = `Bearer ${token}`;
    const request = http.request(`${TL_CONSOLE}/api/v1/${call}`, { method: "POST", agent, headers }, (answer) => {
      const chunks = [];
      answer
        .on("data", (chunk) => chunks.push(chunk))
        .on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          if (answer.statusCode === 200) resolve(text);
          else reject(new Error(`${call} was answered with ${answer.statusCode}: ${text}`));
        });
    });
    request.on("error", reject).end(body);
  });
}
