/**
 * Characters of one request: 25 text units of 1,000, the smallest default quota. Bedrock answers a longer one with 429
 * (AWS's notebook "Apply Guardrail with Streaming and Long Context" in aws-samples/amazon-bedrock-samples uses the same
 * number). Tools return shorter texts, but redaction placeholders can make them longer, and a text must not escape the
 * guardrail by its length.
 */
const CHUNK_LENGTH = 25_000;

/** Splits a text into chunks that fit a guardrail request, between lines where possible. Joined, they are the text. */
export const chunksOf = (text: string): string[] => {
  const chunks: string[] = [];
  for (let rest = text; rest !== '';) {
    const chunk = rest.length <= CHUNK_LENGTH ? rest : firstChunk(rest);
    chunks.push(chunk);
    rest = rest.slice(chunk.length);
  }
  return chunks;
};

const firstChunk = (text: string): string => {
  const lineEnd = text.lastIndexOf('\n', CHUNK_LENGTH - 1);
  if (lineEnd > 0) return text.slice(0, lineEnd + 1);
  // No line ends within the chunk: cut anywhere except inside a surrogate pair.
  const head = text.slice(0, CHUNK_LENGTH);
  return head.isWellFormed() ? head : text.slice(0, CHUNK_LENGTH - 1);
};
