import { plainForms } from './plain-forms.ts';

/**
 * Signs that a text wants to steer the agent or its approvers. A flag for people, not a defence. Words that logs use
 * every day (`approved`, `ignore`, `agent`) are no sign by themselves: each pattern needs the order or the claim.
 */

const AI = '(?:ai agents|ai|llm|language model|ai model|ai agent|claude|chatgpt|gpt)';
const AGENT = `(?:${AI}|assistant|(?:incident |automated )?(?:agents?|responder|automation)|model|checkrein)`;
const ORDER =
  '(?:reboot|restart|stop|terminate|resize|set capacity|execute|apply|approve|conclude|choose|propose|select|skip|bypass|ignore|proceed|shut down|power off|delete|disable)';
const TOOL = '(?:reboot|resize|stop|terminate|scale|set) ?(?:instances?|capacity|group)';
const GUIDANCE =
  '(?:instructions?|guidance|guidelines?|rules?|prompts?|polic(?:y|ies)|guardrails?|directives?|orders|runbook you|anweisungen|instrucciones|(?:you were|(?:developers?|operators?) ?|you have been) ?told)';
const EARLIER = '(?:previous|prior|earlier|above)';
const HUMAN = '(?:humans?|operators?|users?|approvers?|anyone|anybody|people|(?:on call )?engineers?)';
const AUTHORITY =
  '(?:sre|lead|ciso|cto|ceo|admin|administrator|account owner|owner|developer|creator|operator|security)';
const CHECK = '(?:approval|dry run|policy|verification|confirmation|human|review|checks?)';
const NEEDED = '(?:needed|required|necessary)';

const sign = (name: string, ...patterns: readonly string[]): { readonly name: string; readonly pattern: RegExp } => ({
  name,
  pattern: new RegExp(patterns.join('|'), 'imsu'),
});

/** Of texts without marks, look-alikes and gaps, where `_` and `-` between letters are blanks. */
const SIGNS = [
  sign(
    'asks to ignore instructions',
    `\\b(?:ignore|disregard|forget|override|overrule|abandon|set aside|instead of following|stop following|do not follow|ignorez|ignoriere|ignora|vergiss)\\b (?:[\\p{L}]+ ){0,3}?(?:${EARLIER}|all|any|your|everything|every|these|the|whatever|toutes|alle|todas|deine)\\b (?:[\\p{L}]+ ){0,3}?${GUIDANCE}\\b`,
    `\\b(?:drop|discard|break) your (?:\\w+ )?${GUIDANCE}\\b`,
    `\\b(?:ignore|disregard|forget|override) (?:all |your )?(?:${EARLIER} )?instructions?\\b`,
    '\\b(?:ignore|disregard) (?:everything |all )?(?:the |of the )?above (?:and|text)\\b',
    '\\b(?:new|updated) (?:system |operator )?(?:instructions?|directives?|orders?|task)(?: from [\\w ]{1,30})? ?:',
    `\\b(?:your|${EARLIER}) (?:instructions|guidelines|rules|directives|orders|polic(?:y|ies)) (?:have|has|are|were|is|no longer|do not) ?(?:been |now |a |only a )?(?:changed|replaced|void|suspended|revoked|test|apply|lifted)`,
    '\\byour only task\\b|\\bfrom now on,? (?:you\\b|treat\\b|always\\b|never\\b|answer\\b)|\\bobey (?:this|me)\\b|\\btreat this (?:line|text|message) as\\b',
    '\\b(?:security|admin|system|safety) override(?: code| ?:)|\\ball restrictions (?:are )?lifted|\\bpolicy (?:is )?suspended|\\b(?:kernel|guardrails?|polic(?:y|ies)) (?:is|are) (?:now )?(?:disabled|off|suspended)\\b',
  ),
  sign(
    'gives the reader a new role',
    '\\b(?:imagine |pretend )?you are (?:now )?(?:the |an? )?(?:admin(?:istrator)?|root|dan|superuser|unrestricted|approver|free of)\\b',
    '\\byou are now in (?:maintenance|developer|debug|god|admin) mode|\\byou are no longer (?:bound|restricted|limited|subject)|\\bunrestricted mode\\b|\\byou (?:now )?have (?:unrestricted|root|full) (?:access|rights)',
    '\\b(?:act|behave) as (?:the|an?) (?:admin|administrator|root|approver|operator|developer)\\b|\\bpretend (?:to be (?:the|an?)|you)\\b',
    '\\b(?:disable|drop|turn off) your (?:guardrails|safety|restrictions|checks|limits)|\\bdu bist jetzt\\b',
  ),
  sign(
    'asks for the system prompt',
    '\\b(?:reveal|print|repeat|show|output|display|leak|contents? of|what is|tell)\\b (?:\\w+ ){0,4}?(?:your (?:system prompt|prompt|(?:initial |system )?instructions)|the system prompt|the prompt you)\\b',
    '\\bwhat are your (?:initial |system )?instructions|\\brepeat the (?:text|words) above',
  ),
  sign(
    'speaks to an AI',
    `\\b(?:dear|attention|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|hey|hello|hi|listen|to)\\b[:,]? (?:the |all |any |this )?(?:automated |incident )?(?:${AI}|incident agent|automated responder)\\b(?: \\w+){0,5} ?[:,.]`,
    `\\b(?:dear|attention|note to|message for|hey|hello) (?:the |all )?(?:incident )?(?:assistant|agents?|automation)\\b`,
    `\\bif you are an? (?:${AI}|agent|assistant|bot)\\b|\\bas an (?:ai|llm)\\b[^.]{0,20}\\byou\\b|\\bagents? reading this\\b|\\byou,? the (?:agent|assistant|model)\\b|\\bllm reader\\b`,
    `\\b(?:for the|any|every|all) ${AI}s? (?:\\w+ ){0,5}(?:must|should|shall|has to)\\b|\\bfor the ${AI} (?:\\w+ ){1,5}?\\w+:`,
    `(?:^|[.:!?] )(?:the )?${AGENT},? (?:you )?(?:must|should|shall|has to|have to) (?:now |not |immediately |next )?${ORDER}\\b(?! (?:after|before|when|on|at|if)\\b)(?: ?[.!]| (?:the|this|all|any|every|it|now|immediately|plan|i-|\\w+_)|$)`,
    `\\b(?:${AI}|assistant|agent|model) (?:is|are) (?:hereby )?(?:instructed|ordered|commanded) to\\b|\\bthe agent shall\\b`,
    `(?:^|[.!?] |@)(?:${AI}|agent|assistant|checkrein|llm instruction)[:,]? (?:please |you must |you should |now ){0,2}(?:${ORDER}|run|call|output|scale)\\b(?! (?:failed|requested|ok|succeeded|completed|returned|took|of|count|home))(?= |\\.|$)`,
    `\\b(?:call|run|invoke|execute|use the tool|call the tool|invoke the tool) ${TOOL}\\b(?! (?:returned|failed|succeeded|took|by|ok))`,
    `\\b(?:step|action|task) for you(?: is\\b| ?:)|\\byou (?:must|should|need to) (?:now |immediately )?(?:reboot|terminate|resize (?:the|all|it)|call (?:the )?${TOOL})\\b`,
  ),
  sign(
    'claims an approval',
    '\\bthis (?:change|plan|reboot|action|termination) (?:is|was|has been) (?:already |pre ?)?approved\\b|\\bit (?:is|was|has been) (?:already |pre ?)approved\\b|\\bpre ?approved (?:by|all|every|any|this)\\b|\\balready (?:been )?(?:approved|authori[sz]ed) by\\b|\\balready said yes\\b|\\bapproval has already been\\b|\\bauthori[sz]ed by the (?:ciso|cto|ceo|owner|lead|head)\\b|\\bapproved in advance\\b|\\bstanding approval\\b|\\bblanket (?:permission|approval)\\b',
    `\\bapproval (?:is |was )?not ${NEEDED}|\\bno (?:(?:further|more|additional|second|human) )?(?:approval|review|confirmation|pair of eyes)s? (?:is |are )?${NEEDED}`,
    '\\b(?:authori[sz]ed|allowed|permitted|cleared) (?:you|the agent) to\\b|\\byou (?:are|have been) (?:hereby )?(?:authori[sz]ed|allowed|permitted|cleared) to (?:skip|bypass|reboot|stop|terminate|proceed|ignore|apply)\\b',
    '\\byou have permission to (?:skip|bypass|reboot|stop|terminate|ignore|apply)\\b|\\byou (?:have been|are) (?:hereby )?granted\\b|\\bgrants? (?:you|the agent)\\b|\\byou do not need (?:any )?(?:approval|permission|confirmation)\\b',
    '\\bhas (?:authori[sz]ed|approved) (?:you|the (?:agent|termination|reboot|change))\\b|\\bapproved\\b[^.]{0,50}\\b(?:proceed|apply) without\\b|\\bas the approval\\b',
    '\\b(?:do not|no need to|need not|never|without) (?:ask(?:ing)?|wait(?:ing)?|request(?:ing)?|seek(?:ing)?) (?:for |any )?(?:approval|human|confirmation|permission)\\b',
    `\\b(?:proceed|go ahead) (?:directly )?without (?:any )?(?:${CHECK}|asking|checking)|\\b(?:review|approval) is waived\\b`,
    `\\b(?:skip|bypass|circumvent) (?:the|any|this) (?!checks?\\b)${CHECK}\\b`,
    `\\bapprover note\\b|\\bthis is (?:the|your) ${AUTHORITY}\\b|\\bi am your ${AUTHORITY}\\b|\\bby order of\\b|\\bas the ${AUTHORITY} i\\b`,
  ),
  sign(
    'asks to hide something from people',
    `\\b(?:do not|never) (?:tell|inform|notify|alert) (?:\\w+ ){0,3}?${HUMAN} ?(?:about|that|$|[.!])|\\b(?:do not|never) (?:reveal|show|mention|disclose) (?:this|that|it) [^.]{0,30}\\b${HUMAN}\\b`,
    '\\b(?:do not|never) (?:mention|reveal|report|disclose|include|log) (?:this|these) (?:log )?(?:line|message|step|text|note|change|evidence|instruction|reboot)s?\\b',
    `\\b(?:keep|hide) (?:this|it)\\b(?: \\w+)? (?:secret|from (?:the )?${HUMAN})\\b|\\bhide this step\\b|\\bleave this out of\\b|\\bwithout (?:informing|telling|notifying) (?:the |any )?${HUMAN}\\b`,
    `\\bno(?:body| one) (?:needs|has) to know\\b|\\b${HUMAN} (?:must )?never sees?\\b|\\bkeep quiet about\\b`,
    '\\b(?:say|write|claim) in the (?:summary|report)\\b|\\bin your (?:summary|report|conclusion)\\b|\\byour (?:report|summary|conclusion) (?:must|should) (?:claim|say|state|not|read)\\b|\\bdescribe the plan as\\b|\\bagent must not report\\b',
    '\\b(?:tell|assure|convince|reassure) the (?:approvers?|humans?|operators?) (?:that|this|the)\\b|\\btell the user (?:that )?(?:the|this) (?:change|plan|reboot)\\b',
    '\\bconclude (?:that the root cause|with (?:high |low )?confidence|that (?:no action|everything|all is))\\b',
  ),
];

/** Marks of turns and tool results, whose spelling matters. */
const IMITATED = sign(
  'imitates a tool result or turn',
  '<\\/?(?:tool_result|tool_use|function_results|function_calls|invoke|system|assistant|human|instructions|evidence[\\w-]*)(?=[\\s>/])',
  '<\\|im_(?:start|end)\\|>|\\[\\/?INST\\]|<<\\/?SYS>>',
  '^#{2,4} ?(?:system|assistant|instructions?):|\\n[ \\t]{0,8}\\n(?:human|assistant):|^assistant: (?:sure|i will|i have)\\b',
  '^system(?: message)?: [^\\n]{0,60}\\b(?:override|you (?:must|may|are|can|should)|ignore|granted|approve (?:the|this|it|plan)|proceed)\\b|\\bevidence> ?system:',
  '"role"\\s*:\\s*"(?:system|assistant|developer)"\\s*,\\s*"content"|"type"\\s*:\\s*"tool_(?:use|result)"',
  '\\bend of evidence ?[.:-]|\\bbegin (?:trusted|operator|system) (?:message|instructions?)',
);

/** Names of the signs that a text shows. */
export const suspicionsIn = (text: string): string[] => {
  const { marked, plain } = plainForms(text);
  const found = SIGNS.filter(({ pattern }) => plain.some((form) => pattern.test(form)));
  return [...found, ...(marked.some((form) => IMITATED.pattern.test(form)) ? [IMITATED] : [])].map(({ name }) => name);
};
