import { installBundle } from "../../lib/commands/install-bundle";
import { startLocalConsole } from "../../local-console/server";
import { variablesFor } from "../entry";
import { invoke } from "./invoke";

const USAGE = "Usage: npm run --silent install-bundle [-- --azure-pipelines].";

test.each([
  ["the bundle alone", [], ""],
  [
    "the command that makes it a masked variable",
    ["--azure-pipelines"],
    "##vso[task.setvariable variable=INSTALL_BUNDLE;issecret=true]",
  ],
])("%s is printed as one line, and nothing else", async (_, args, command) => {
  const local = await startLocalConsole({ tenantPath: "us-2-158" });
  const outcome = await invoke(installBundle, args, variablesFor(local));
  await local.close();
  expect(outcome).toEqual({ status: 0, problems: [], stdout: `${command}${local.installBundle}\n`, stderr: "" });
  expect(local.requests.map(({ path, query }) => [path, query.consoleaddr])).toEqual([
    ["/us-2-158/api/v1/authenticate", undefined],
    ["/us-2-158/api/v1/defenders/install-bundle", "127.0.0.1"],
  ]);
});

test.each([
  [["--azure"], "Unknown option '--azure'."],
  [["--azure-pipelines", "more"], "install-bundle takes no arguments, got more."],
  [["file"], "install-bundle takes no arguments, got file."],
])("the arguments %j are refused", async (args, problem) => {
  const outcome = await invoke(installBundle, args);
  expect(outcome).toEqual({ problems: [`${problem} ${USAGE}`], stdout: "", stderr: "" });
});

test.each(["", "not base64!", "a\n##vso[task.complete]"])("an invalid bundle is refused: %j", async (bundle) => {
  const local = await startLocalConsole({ installBundle: bundle });
  const { problems, stdout } = await invoke(installBundle, ["--azure-pipelines"], variablesFor(local));
  await local.close();
  expect(stdout).toBe("");
  expect(problems).toEqual([
    expect.stringContaining("where an object with an installBundle, base64 of a JSON object, was expected"),
  ]);
});
