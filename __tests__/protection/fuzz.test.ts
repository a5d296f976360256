import { isDeepStrictEqual } from "node:util";

import fc from "fast-check";

import { ProofError } from "../../lib/errors";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../lib/json";
import { ProtectedTask } from "../../lib/protection/protected-task";
import { registeredForm } from "../../lib/task/registered-form";
import type { Task } from "../../lib/task/task";
import { arbitraryTask } from "../arbitrary-task";
import { part } from "./deviations";
import { answerFor, factsFor } from "./facts";
import { changes, isAllowed, mutated, mutation } from "./mutations";

// PROOF_ANSWERS=100000 runs the whole fuzzer; PROOF_SEED, the seed that it prints, repeats a run.
const ANSWERS = Number(process.env.PROOF_ANSWERS ?? 400);
const SEED = Number(process.env.PROOF_SEED ?? Date.now() % 2 ** 31);
// Answers per task: generating tasks takes most of the time.
const EACH = ANSWERS > 10_000 ? 100 : 20;
const FACTS = factsFor();
const LIMIT_MS = 3_600_000;
// Shrinking would take minutes.
const RUNS = { seed: SEED, numRuns: Math.ceil(ANSWERS / EACH), endOnFailure: true };

const counts = { refused: 0, allowed: 0, equal: 0 };

afterAll(() => {
  process.stdout.write(`Fuzzer of the proof: seed ${SEED}, ${JSON.stringify(counts)}\n`);
});

test(
  "no change of a protected answer passes, except those that keep it protected",
  () => {
    fc.assert(
      fc.property(arbitraryTask, fc.array(mutation, { minLength: EACH, maxLength: EACH }), (task, mutations) => {
        const answer = answerFor(task);
        const right = ProtectedTask.prove(task, answer, FACTS).withInstallBundleInClear();
        mutations.forEach((one, index) => {
          const [before] = index % 2 === 0 ? [] : mutations.slice(index - 1);
          const changed = mutated(before ? mutated(answer, before) : answer, one);
          const deployed = deployedAfter(task, changed);
          if (deployed)
            expect(changes(right, deployed).filter((change) => !isAllowed(change, task, deployed))).toEqual([]);
          counts[deployed ? "allowed" : "refused"] += 1;
        });
      }),
      RUNS,
    );
    expect(counts.refused).toBeGreaterThan(ANSWERS / 3);
  },
  LIMIT_MS,
);

test(
  "an answer with the same meaning is not refused",
  () => {
    const seeds = fc.array(fc.nat(), { minLength: EACH, maxLength: EACH });
    fc.assert(
      fc.property(arbitraryTask, seeds, (task, all) => {
        const answer = answerFor(task);
        const right = meaningOf(ProtectedTask.prove(task, answer, FACTS).withInstallBundleInClear());
        for (const seed of all) {
          const deployed = deployedAfter(task, part(rewritten(answer, "", numbersFrom(seed))));
          expect({ deployed: deployed !== undefined }).toEqual({ deployed: true });
          expect(isDeepStrictEqual(meaningOf(deployed), right)).toBe(true);
          counts.equal += 1;
        }
      }),
      RUNS,
    );
  },
  LIMIT_MS,
);

/** The definition to deploy; undefined when the proof refuses the answer. Any other error fails the test. */
function deployedAfter(task: Task, answer: JsonObject): object | undefined {
  try {
    return ProtectedTask.prove(task, answer, FACTS).withInstallBundleInClear();
  } catch (error) {
    if (error instanceof ProofError) return undefined;
    throw error;
  }
}

/** Returns whole numbers from 0 up to but not including `below`, the same for the same seed. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) % below;
  };
}

function isObject(value: unknown): value is JsonObject {
  return isJsonObject(value);
}

/** The definition without what has no meaning: the order of keys and dependencies, and what ECS fills in. */
function meaningOf(deployed: unknown): JsonObject {
  const definition = registeredForm(part(JSON.parse(JSON.stringify(deployed ?? null))));
  const { containerDefinitions } = definition;
  const textOf = (entry: JsonValue) => JSON.stringify(isJsonObject(entry) ? Object.entries(entry).sort() : entry);
  const byText = (one: JsonValue, other: JsonValue) => (textOf(one) < textOf(other) ? -1 : 1);
  const sorted = (value: JsonValue | undefined) => (isJsonArray(value) ? [...value].sort(byText) : []);
  const containers = isJsonArray(containerDefinitions) ? containerDefinitions.map(part) : [];
  return {
    ...definition,
    containerDefinitions: containers.map((one) => ({
      ...one,
      dependsOn: sorted(one.dependsOn),
    })),
  };
}

const UNORDERED = /^(|.*\.)(containerDefinitions|environment|dependsOn|add|drop)$/;
// The user's own maps: an added key changes the meaning.
const OPEN = /(options|dockerLabels|driverOpts|labels)$/;

/** The same value with keys and unordered lists shuffled, and with nulls, empty lists and repeated capabilities added. */
function rewritten(value: JsonValue, path: string, next: (below: number) => number): JsonValue {
  // Of several variables with the same name the last one counts, so their order is kept.
  const places = new Map<string, number>();
  const placeOf = (element: unknown) => {
    const key = isObject(element) && typeof element.name === "string" ? element.name : JSON.stringify(element);
    if (!places.has(key)) places.set(key, next(1000));
    return places.get(key) ?? 0;
  };
  const shuffled = <T>(list: readonly T[]): T[] =>
    list
      .map((element) => ({ element, at: placeOf(element) }))
      .sort((one, other) => one.at - other.at)
      .map(({ element }) => element);
  if (isJsonArray(value)) {
    const list = value.map((element) => rewritten(element, path, next));
    const repeated = /capabilities\.(add|drop)$/.test(path) && next(2) === 0 ? [...list, ...list.slice(0, 1)] : list;
    return UNORDERED.test(path) ? shuffled(repeated) : repeated;
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, child]) => [key, rewritten(child, `${path}.${key}`, next)] as const);
  const absent = [
    ["newKey", null],
    ["newList", []],
    ["newObject", { a: null }],
  ] as const;
  const added = OPEN.test(path) ? [] : absent.slice(0, next(4));
  return Object.fromEntries(shuffled<readonly [string, JsonValue]>([...entries, ...added]));
}
