import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, posix, resolve } from "node:path";

// The design's rules in one place: which room (folder of lib) may import which, and which rooms may use which package.

const PROJECT = resolve(__dirname, "..");

/** The rooms that each room may import, besides itself and `base` (text, errors, JSON). */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  settings: [],
  http: ["settings"],
  console: ["http", "settings"],
  registry: ["aws", "http", "settings"],
  aws: ["http", "settings"],
  task: ["registry", "settings"],
  protection: ["console", "registry", "settings", "task"],
  stack: ["protection", "settings", "task"],
  plan: ["protection", "stack", "task"],
  registered: ["settings", "stack"],
  status: ["aws", "console", "protection"],
  report: ["protection", "settings", "status", "task"],
  commands: [
    "aws",
    "console",
    "http",
    "plan",
    "protection",
    "registered",
    "registry",
    "report",
    "settings",
    "stack",
    "status",
    "task",
  ],
};

/** Packages that only some rooms may use. */
const PACKAGES: readonly { readonly package: RegExp; readonly rooms: readonly string[] }[] = [
  { package: /^(cdktf|constructs|@cdktf\/.*)$/, rooms: ["stack"] },
  { package: /^(axios|hpagent|proxy-from-env|node:(https?|http2|net|tls|dns))$/, rooms: ["http", "console"] },
  { package: /^@(aws-sdk|smithy)\//, rooms: ["aws", "registry"] },
];

/** Imports that no file of lib or the stand-ins may have, with the reason. */
const NOWHERE: readonly { readonly import: RegExp; readonly reason: string }[] = [
  { import: /^@cdktf\/provider-aws$/, reason: "its index costs two seconds and 500 MB: import one resource's path" },
  { import: /^cdktf\/lib\//, reason: "CDK Terrain keeps only cdktf itself" },
];

/** Independent servers: they import no room and not each other, and no room imports them. */
const STAND_INS = ["local-console", "local-ecs"];

const SOURCES = ["lib", ...STAND_INS].flatMap((folder) =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file}`),
);

test("every import in lib and the stand-ins is allowed", () => {
  expect(SOURCES.length).toBeGreaterThan(50);
  expect(SOURCES.flatMap((file) => violations(file, source(file)))).toEqual([]);
});

test("no file of lib or the stand-ins imports itself through other files", () => {
  expect(circles(new Map(SOURCES.map((file) => [file, localImports(file, source(file))])))).toEqual([]);
});

test("only main.ts reads the environment", () => {
  const code = (file: string) => source(file).replace(/^\s*(\/\/|\/?\*).*$/gm, "");
  const readers = SOURCES.filter((file) => /\bprocess\s*(\.|\[\s*["'])env\b|\benv\b.*= process\b/.test(code(file)));
  expect(readers).toEqual([]);
});

test("no file of lib is longer than 200 lines", () => {
  const long = SOURCES.filter((file) => file.startsWith("lib/") && source(file).trimEnd().split("\n").length > 200);
  expect(long).toEqual([]);
});

describe("a wrong import is found", () => {
  test.each([
    ["lib/console/login.ts", 'import { stack } from "../stack/stack";', "console may not import stack"],
    ["lib/stack/stack.ts", 'import type { Console } from "../console/client";', "stack may not import console"],
    ["lib/registry/images.ts", 'export * from "../console/login";', "registry may not import console"],
    ["lib/task/task.ts", 'const x = await import("../commands/synth");', "task may not import commands"],
    ["lib/errors.ts", 'import "./task/task";', "base may not import task"],
    ["lib/text/print.ts", 'import { a } from "../report/report";', "base may not import report"],
    ["lib/settings.ts", 'import { a } from "./console/console";', "settings may not import console"],
    ["lib/new-room/file.ts", 'import { a } from "../errors";', "new-room is not a room of the design"],
    ["lib/stack/stack.ts", 'import { a } from "../../main";', "lib may not import main"],
    ["lib/stack/stack.ts", 'import { a } from "../../local-console/api";', "lib may not import local-console"],
    ["local-console/api.ts", 'import { a } from "../lib/json";', "local-console may not import lib"],
    ["local-ecs/api.ts", 'import { a } from "../local-console/api";', "local-ecs may not import local-console"],
    ["lib/aws/ecs.ts", 'import { a } from "../../local-ecs/api";', "lib may not import local-ecs"],
    ["lib/task/task.ts", 'import axios from "axios";', "only http, console may use axios"],
    ["lib/task/task.ts", 'import { get } from "https";', "only http, console may use node:https"],
    ["lib/report/report.ts", 'import { App } from "cdktf";', "only stack may use cdktf"],
    [
      "lib/console/login.ts",
      'const x = require("@aws-sdk/client-ecs");',
      "only aws, registry may use @aws-sdk/client-ecs",
    ],
    ["lib/stack/stack.ts", 'import process from "node:process";', "only main.ts touches process"],
    [
      "lib/stack/stack.ts",
      'import { Role } from "@cdktf/provider-aws";',
      "its index costs two seconds and 500 MB: import one resource's path",
    ],
    ["local-console/api.ts", 'import { x } from "cdktf/lib/app";', "CDK Terrain keeps only cdktf itself"],
  ])("%s: %s", (file, line, message) => {
    expect(violations(file, `import { ok } from "node:path";\n${line}\n`)).toEqual([`${file}: ${message}`]);
  });

  test("when it is circular", () => {
    const imports = new Map([
      ["a.ts", ["b.ts"]],
      ["b.ts", ["c.ts"]],
      ["c.ts", ["b.ts"]],
    ]);
    expect(circles(imports)).toEqual(["b.ts → c.ts → b.ts"]);
  });
});

function violations(file: string, text: string): readonly string[] {
  const room = roomOf(file);
  const inLib = file.startsWith("lib/");
  const problems = importsIn(text).flatMap((name) => {
    const anywhere = NOWHERE.filter((rule) => rule.import.test(name)).map(({ reason }) => reason);
    if (anywhere.length > 0) return anywhere;
    if (name.startsWith(".")) return betweenRooms(room, roomOf(posix.join(posix.dirname(file), name)));
    if (!inLib) return [];
    if (name === "node:process") return ["only main.ts touches process"];
    return PACKAGES.filter((rule) => rule.package.test(name) && !rule.rooms.includes(room)).map(
      ({ rooms }) => `only ${rooms.join(", ")} may use ${name}`,
    );
  });
  const isUnknown = inLib && !Object.hasOwn(ROOMS, room);
  return (isUnknown ? [`${room} is not a room of the design`] : problems).map((problem) => `${file}: ${problem}`);
}

function betweenRooms(from: string, to: string): readonly string[] {
  if (from === to) return [];
  if (STAND_INS.includes(from)) return [`${from} may not import ${Object.hasOwn(ROOMS, to) ? "lib" : to}`];
  if (to === "main" || STAND_INS.includes(to)) return [`lib may not import ${to}`];
  return to === "base" || ROOMS[from]?.includes(to) ? [] : [`${from} may not import ${to}`];
}

/** lib/settings.ts and lib/settings/… are one room; the other files directly in lib, and lib/text, are `base`. */
function roomOf(path: string): string {
  const [top = "", second = "", ...rest] = path.replace(/\.ts$/, "").split("/");
  if (top !== "lib") return top;
  if (second.startsWith("settings")) return "settings";
  return rest.length === 0 || second === "text" ? "base" : second;
}

function importsIn(text: string): readonly string[] {
  const found = text.matchAll(/(?:\bfrom\s*|^\s*import\s*|\b(?:import|require)\s*\(\s*)["']([^"']+)["']/gm);
  return [...found].map(([, name = ""]) => (builtinModules.includes(name) ? `node:${name}` : name));
}

function localImports(file: string, text: string): readonly string[] {
  return importsIn(text)
    .filter((name) => name.startsWith("."))
    .map((name) => `${posix.join(posix.dirname(file), name)}.ts`);
}

function circles(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (finished.has(file) || path.includes(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
    finished.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}

function source(file: string): string {
  return readFileSync(join(PROJECT, file), "utf8");
}
