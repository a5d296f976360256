import { inAscii } from "./beginnings";
import type { Form } from "./encodings";
import { readingsFrom } from "./escapes";

// Up to this many forms with the same beginning are compared one by one.
const MOST_ALIKE = 16;
// More than SPELLINGS in finder.ts, since here all characters beyond ASCII count as one.
const MOST_PLACES = 32;

/** Forms with the same beginning, divided by their next characters if they are many: outside secrets may all begin alike. */
export class Forms {
  #forms: Form[] = [];
  #longer: Map<number, Forms> | undefined;

  /** @param beginning the characters that they share; all beyond ASCII are one */
  constructor(private readonly beginning: readonly number[]) {}

  add(form: Form): void {
    const next = form.characters[this.beginning.length];
    if (this.#longer && next !== undefined) {
      const key = inAscii(next);
      const longer = this.#longer.get(key) ?? new Forms([...this.beginning, key]);
      this.#longer.set(key, longer);
      longer.add(form);
      return;
    }
    this.#forms.push(form);
    if (this.#longer || this.#forms.length <= MOST_ALIKE) return;
    const all = this.#forms;
    this.#forms = [];
    this.#longer = new Map();
    for (const one of all) this.add(one);
  }

  /** The forms that the text may hold at this place. */
  at(text: string, place: number): readonly Form[] {
    if (!this.#longer) return this.#forms;
    const places = this.beginning.reduce(
      (reached: readonly number[], key) => placesBehind(text, reached).get(key) ?? [],
      [place],
    );
    return this.behind(text, places);
  }

  /** The same, for places where the beginning ends. */
  private behind(text: string, places: readonly number[]): readonly Form[] {
    const longer = this.#longer;
    if (!longer) return this.#forms;
    const found = [...placesBehind(text, places)].flatMap(([key, ends]) => longer.get(key)?.behind(text, ends) ?? []);
    return [...this.#forms, ...found];
  }
}

/** Where the text continues behind each character that may be read at the places. */
function placesBehind(text: string, places: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const ends = new Map<number, number[]>();
  for (const [character, end] of readingsFrom(text, places)) {
    const same = ends.get(inAscii(character));
    if (!same) ends.set(inAscii(character), [end]);
    else if (same.length < MOST_PLACES && !same.includes(end)) same.push(end);
  }
  return ends;
}
