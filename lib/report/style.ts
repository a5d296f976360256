import { createColors } from "picocolors";

import type { Environment } from "../settings/environment";
import { columnsOf, type Terminal } from "../text/print";
import { layOut, type SafeText } from "../text/safe-text";

/** How a text looks on a stream. */
export type Style = {
  /** The terminal's width. Undefined in a build log, which is searched line by line: only the summary breaks lines there. */
  readonly columns: number | undefined;
  readonly paint: Readonly<Record<Color, (safe: SafeText) => SafeText>>;
};

type Color = "bold" | "dim" | "red" | "green" | "yellow";

/** Uses colours on terminals only, and not when NO_COLOR is set (https://no-color.org). */
export function styleOf(stream: Terminal, { NO_COLOR = "" }: Environment): Style {
  const columns = columnsOf(stream);
  const colors = createColors(columns !== undefined && NO_COLOR === "");
  const brush = (color: Color) => (safe: SafeText) => layOut(safe, colors[color]);
  const paint = {
    bold: brush("bold"),
    dim: brush("dim"),
    red: brush("red"),
    green: brush("green"),
    yellow: brush("yellow"),
  };
  return { columns, paint };
}
