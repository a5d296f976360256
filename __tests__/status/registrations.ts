import { DEFENDER_REGISTRY, defenderImage, INSTALL_BUNDLE } from "../../local-console/defender";
import { protect } from "../../local-console/protect";
import type { Registration } from "../../local-ecs/account";

export { DEFENDER_REGISTRY };

export type Made = {
  /** The Defender's version. @default "34.04.145" */
  readonly version?: string;
  /** Containers that the Console isn't asked to protect. */
  readonly leftOut?: readonly string[];
  /** Replaces the image that the Console names. */
  readonly image?: string;
  /** The host that the Defender connects to. @default "127.0.0.1" */
  readonly consoleAddress?: string;
};

const SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:bundle-AbCdEf";

/** An unprotected task definition with two containers. */
export function bare(family: string): Registration {
  const container = (name: string) => ({ name, image: `registry.example.com/${name}:1`, entryPoint: [`/${name}`] });
  return {
    family,
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "1024",
    containerDefinitions: [container("app"), container("helper")],
  };
}

/** The same, protected by the local Console, its install bundle read from a secret. */
export function protectedBy(family: string, made: Made = {}): Registration {
  const { version = "34.04.145", leftOut = [], image, consoleAddress = "127.0.0.1" } = made;
  const task = bare(family);
  const isLeftOut = ({ name }: { readonly name: string }) => leftOut.includes(name);
  const answer = protect(
    {
      ...task,
      containerDefinitions: task.containerDefinitions
        .filter((container) => !isLeftOut(container))
        .map((container) => ({ ...container, image: String(container.image), entryPoint: [`/${container.name}`] })),
    },
    {
      image: image ?? defenderImage(version),
      installBundle: INSTALL_BUNDLE,
      wsAddress: `wss://${consoleAddress}:8084`,
      filesystemMonitoring: false,
    },
  );
  const wrapped = Array.isArray(answer.containerDefinitions) ? answer.containerDefinitions : [];
  return {
    ...task,
    containerDefinitions: [...wrapped.map(withSecret), ...task.containerDefinitions.filter(isLeftOut)],
  };
}

type Variable = { readonly name: string };

function withSecret(container: { readonly name: string; readonly environment: readonly Variable[] }) {
  const { logConfiguration: _, ...rest } = { logConfiguration: null, ...container };
  if (container.name !== "TwistlockDefender") return rest;
  const environment = container.environment.filter(({ name }) => name !== "INSTALL_BUNDLE");
  return { ...rest, environment, secrets: [{ name: "INSTALL_BUNDLE", valueFrom: SECRET }] };
}
