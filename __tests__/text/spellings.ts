/** The spellings that a secret may have in a text, longest first. Written independently of lib's masking. */
export function spellings(value: string): readonly string[] {
  if (value === "") return [];
  const bytes = Buffer.from(value);
  const base64 = bytes.toString("base64");
  const form = new URLSearchParams([["", value]]).toString().slice(1);
  const percent = encodeURIComponent(value);
  const html = value.replace(/[&<>"']/g, (character) => HTML[character] ?? character);
  const all = [
    value,
    percent,
    percent.replace(/%../g, (code) => code.toLowerCase()),
    html,
    form,
    JSON.stringify(value).slice(1, -1),
    base64,
    base64.replace(/=+$/, ""),
    bytes.toString("base64url"),
  ];
  return [...new Set(all)].sort(longestFirst);
}

const HTML: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function longestFirst(one: string, other: string): number {
  return other.length - one.length;
}
