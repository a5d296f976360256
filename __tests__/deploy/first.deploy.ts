import { newProject, whatIsMissing } from "./deployment";
import { startEmulator } from "./emulator";

test("x", async () => {
  expect(whatIsMissing()).toEqual([]);
  const emulator = await startEmulator();
  const project = await newProject(emulator);
  project.tasks({ family: "web", containerDefinitions: [{ name: "web", image: "web:1", entryPoint: ["/web"] }] });
  const t = Date.now();
  const result = await project.cdktf("deploy", "--auto-approve");
  console.log(result.status, result.output, Date.now() - t);
  const plan = await project.terraform("plan", "-detailed-exitcode");
  console.log(plan.status, plan.output, Date.now() - t);
  console.log(emulator.changes, project.files(), JSON.stringify(await emulator.call("ecs", "ListTaskDefinitions")));
  await project.close();
  await emulator.stop();
});
