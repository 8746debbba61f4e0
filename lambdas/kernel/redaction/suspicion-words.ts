/** The words of which the patterns of `suspicions.ts` are made. */

export const AI =
  '(?:(?:ai|llm)(?: (?:agents?|assistants?|models?|reviewers?|responders?|systems?|bots?|investigators?))?s?|(?:large )?language models?|claude|chatgpt|gpt|(?:automated|autonomous) (?:responder|agent|assistant|reviewer|bot|system)s?|incident (?:agent|bot)s?)';
export const AGENT = `(?:${AI}|(?:assistant|agent|responder|automation|model|bot)s?|checkrein)`;
/** Where an order to the agent may begin: a line, a sentence, a quotation, a value or a comment. */
export const START = '(?:^|[.:!?;=("\'`\\[{>,@|/] ?|[—–-] |# |\\b(?:msg|note|hint|info|warn|error|todo|comment) )';
export const ORDER =
  '(?:reboot|restart|stop|terminate|resize|set capacity|execute|apply|approve|conclude|choose|propose|select|skip|bypass|ignore|disregard|proceed|shut down|power off|delete|disable)';
/** Orders that no log gives after a colon. */
export const STEER =
  '(?:conclude|approve|propose|skip|bypass|ignore|disregard|forget|obey|confirm (?:the )?plan|act as|behave|pretend|consider|assume|treat|answer|reply|respond|reveal|mention|hide|omit|blame|cite|trust|follow|tell|say|state|raise|lower|scale|reboot|terminate|resize|power off|shut down|kill|close (?:the|this|it))';
export const TOOL =
  '(?:reboot|resize|stop|terminate|scale|set) ?(?:instances?|capacity|group)|(?:confirm|propose) plan';
export const GUIDANCE =
  '(?:instructions?|guidance|guidelines?|rules?|prompts?|polic(?:y|ies)|guard ?rails?|directives?|orders|runbook you|(?:you were|(?:developers?|operators?) ?|you have been) ?told)';
export const EARLIER = '(?:previous|prior|earlier|above|preceding|initial|original)';
export const HUMAN =
  '(?:humans?|operators?|users?|approvers?|anyone|anybody|people|(?:on call )?engineers?|(?:on call|ops|sre) team)';
export const AUTHORITY =
  '(?:sre|lead|ciso|cto|ceo|admin|administrator|account owner|owner|developer|creator|operator|security)';
export const CHECK = '(?:approval|dry run|policy|verification|confirmation|human|review|checks?)';
/** What holds the agent back, by names that only its own flow has. */
export const CONTROL =
  '(?:polic(?:y|ies)(?: (?:engine|checks?))?|(?:change )?freeze|kill switch|approvals?(?: (?:step|gate))?|approvers?|dry runs?|guard ?rails?|safety (?:kernel|checks?|rules?)|human review|change board)';
export const NEEDED = '(?:needed|required|necessary)';
export const REPORT = '(?:report|summary|conclusion|evidence|findings|notes)';
export const NOT_NEGATED = '(?<!\\bnot |\\bnever |\\bto |\\bcannot )';
/** What the agent, and nothing else that is called agent, decides. */
export const DECIDE =
  '(?:conclude|approve|propose|cite|disregard|obey|pretend|mention|hide|confirm (?:the )?plan|(?:skip|bypass|ignore) (?:the )?(?:approval|policy|dry run|freeze|verification|investigation)|(?:reboot|terminate|resize|stop|scale|restart) (?:me|all|every|i)|answer with \\w+ ?=|not ask|close the incident|report (?:that|only|nothing))';
export const MODAL =
  '(?:must|should|shall|has to|have to|need not|is to|are to|may|can)(?: not| now| also| always| never| immediately)?';
