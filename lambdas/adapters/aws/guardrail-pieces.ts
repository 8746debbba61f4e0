/**
 * Characters of one request: 25 text units of 1,000, the smallest default quota; more is answered with 429 (AWS's own
 * notebook "Apply Guardrail with Streaming and Long Context" in aws-samples/amazon-bedrock-samples reckons with the
 * same). Evidence is shorter when it comes out of a tool, but placeholders can make it longer, and nobody who
 * writes logs may get past the guardrail by that.
 */
const PIECE = 25_000;

/** A text in pieces that the guardrail takes, cut between lines where there are lines. Together they are the text. */
export const piecesOf = (text: string): string[] => {
  const pieces: string[] = [];
  for (let rest = text; rest !== '';) {
    const piece = rest.length <= PIECE ? rest : firstOf(rest);
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return pieces;
};

const firstOf = (text: string): string => {
  const lineEnd = text.lastIndexOf('\n', PIECE - 1);
  if (lineEnd > 0) return text.slice(0, lineEnd + 1);
  // No line ends there: anywhere, but not within a character of two halves.
  const head = text.slice(0, PIECE);
  return head.isWellFormed() ? head : text.slice(0, PIECE - 1);
};
