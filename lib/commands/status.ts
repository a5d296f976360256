import { openEcs } from "../aws/ecs";
import { login } from "../console/client";
import { defined } from "../defined";
import { ConsoleError, SettingsError } from "../errors";
import { runDeadline } from "../http/retry";
import { statusAsJson } from "../report/status/as-json";
import { statusAsMarkdown } from "../report/status/as-markdown";
import { statusAsText } from "../report/status/as-text";
import { coverageOf } from "../report/status/by-service";
import { type Style, styleOf } from "../report/style";
import { isSet } from "../settings/environment";
import { checkDefaultRegion } from "../settings/region";
import { CLUSTER } from "../settings/schemas";
import { parseSettings, type Settings } from "../settings/settings";
import { resourceNames } from "../stack/names";
import { readFacts } from "../status/read-facts";
import { buildStatus, noticesOf, type Status } from "../status/status";
import { print, printLine } from "../text/print";
import { quote, type SafeText, text } from "../text/safe-text";
import type { Arguments, Command, Invocation } from "./command";
import { contextOn } from "./run-context";
import { structureFacts } from "./task-options";

type Format = (result: Status, style: Style) => SafeText | Promise<SafeText>;

const FORMATS = new Map<string, Format>([
  ["text", statusAsText],
  ["json", statusAsJson],
  ["markdown", statusAsMarkdown],
  ["junit", async (result) => (await import("../report/status/as-junit")).statusAsJUnit(result)],
]);

/** Only reads, from AWS and the Console. An incomplete read ends the run, so that nothing unknown counts as protected. */
export const status: Command = {
  name: "status",
  purpose:
    "says which running tasks are protected, healthy, connected and up to date, and what to do about [the others](docs/status.md)",
  insteadOfOperands: "Name clusters by --cluster.",
  options: [
    { name: "cluster", meaning: "a cluster's name or ARN; without it the stack's", value: "NAME", isRepeated: true },
    { name: "all-clusters", meaning: "every cluster of the account in the region" },
    { name: "format", meaning: "how the result is printed", value: [...FORMATS.keys()] },
    {
      name: "fail-under",
      meaning: "ends with 1 when less than this percentage of the running tasks is protected",
      value: "PERCENT",
    },
  ],
  afterFailure: "Not everything could be read, so nothing was counted.",
  run: async (invocation, args) => {
    const least = parsePercent(args.value("fail-under"));
    const settings = parseSettings(invocation.environment, [checkDefaultRegion]);
    const clusters = clustersOf(args, settings);
    const result = await read(settings, clusters, invocation);
    const style = styleOf(invocation.stdout, invocation.environment);
    const format = FORMATS.get(args.value("format") ?? "") ?? statusAsText;
    await print(invocation.stdout, await format(result, style));
    const { protected: covered, tasks } = result.summary;
    if (least === undefined || 100 * covered >= least * tasks) return 0;
    printLine(invocation.stderr, text`${coverageOf(result.summary)}, and --fail-under asks for ${least} %.`);
    return 1;
  },
};

async function read(
  settings: Settings,
  clusters: readonly string[] | "all",
  { stderr, environment, signal: stopped }: Invocation,
): Promise<Status> {
  const { network, stack } = settings;
  using limit = runDeadline(network, stopped, { Kind: ConsoleError, lookAt: "the Console and at AWS" });
  const { signal } = limit;
  const region = isSet(environment.AWS_REGION) ? stack.region : undefined;
  using ecs = await openEcs(defined({ region, network, signal }));
  using console = await login(settings, contextOn(stderr, signal));
  const expected = structureFacts({ ...settings, consoleAddress: settings.console.consoleAddress });
  const facts = await readFacts({ ecs, clusters, console, expected });
  for (const notice of noticesOf(facts)) printLine(stderr, notice);
  return buildStatus(facts);
}

function clustersOf({ has, values }: Arguments, { stack }: Settings): readonly string[] | "all" {
  const named = values("cluster");
  if (has("all-clusters")) {
    if (named.length === 0) return "all";
    throw new SettingsError([text`--all-clusters and --cluster exclude each other. Leave one of them out.`]);
  }
  const wrong = named.find((name) => !CLUSTER.test(name));
  if (wrong === undefined) return named.length > 0 ? named : [stack.cluster ?? resourceNames(stack.name).cluster];
  throw new SettingsError([
    text`--cluster must be a cluster's name or its ARN, arn:aws:ecs:REGION:ACCOUNT:cluster/NAME, got ${quote(wrong, 120)}.`,
  ]);
}

function parsePercent(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const percent = Number(value);
  if (/^\d{1,3}(\.\d+)?$/.test(value) && percent <= 100) return percent;
  throw new SettingsError([text`--fail-under must be a number from 0 to 100, got ${quote(value, 40)}.`]);
}
