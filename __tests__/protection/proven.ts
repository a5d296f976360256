import { toSend } from "../../lib/protection/proof";
import { ProtectedTask } from "../../lib/protection/protected-task";
import { protect } from "../../local-console/protect";
import { read } from "../task/read";
import { factsFor } from "./facts";

export const BUNDLE = Buffer.from('{"customerID":"made up","apiKey":"made up"}').toString("base64");

/** Reads the document as a task, protects it as the local Console does, and proves it. */
export async function proven(document: unknown, installBundle = BUNDLE): Promise<ProtectedTask> {
  const task = await read(document);
  const answer = protect(JSON.parse(JSON.stringify(toSend(task))), {
    image: task.runtimeDefense.defenderImage ?? "registry.example.com/twistlock/defender:defender_34_04_145",
    installBundle,
    wsAddress: "wss://dial.example.com:443",
    filesystemMonitoring: false,
  });
  const facts = { ...factsFor(installBundle), consoleAddress: "dial.example.com" };
  return ProtectedTask.prove(task, JSON.parse(JSON.stringify(answer)), facts);
}
