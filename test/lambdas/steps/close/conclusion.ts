/** A conclusion whose claims cite the evidence of the first look. */
export const closing = {
  summary: 'The server is too small for its orders.',
  rootCause: 'More orders than usual.',
  confidence: 'high',
  claims: [{ text: 'CPU is at its limit.', evidence: ['E2'] }],
};
