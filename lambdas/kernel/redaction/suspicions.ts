import { sign, type Sign } from './sign.ts';
import { plainForms } from './plain-forms.ts';
import {
  AGENT,
  AI,
  AUTHORITY,
  CHECK,
  CONTROL,
  DECIDE,
  EARLIER,
  GUIDANCE,
  HUMAN,
  MODAL,
  NEEDED,
  NOT_NEGATED,
  ORDER,
  REPORT,
  START,
  STEER,
  TOOL,
} from './suspicion-words.ts';
import { LANGUAGES } from './suspicions-in-languages.ts';

/**
 * Signs that a text wants to steer the agent or its approvers. A flag for people, not a defence. Words that logs use
 * every day (`approved`, `ignore`, `agent`) are no sign by themselves: each pattern needs the order or the claim.
 */

/** Of texts without marks, look-alikes and gaps, where `_` and `-` between letters are blanks. */
const SIGNS: readonly Sign[] = [
  sign(
    'asks to ignore instructions',
    `\\b(?:ignore|disregard|forget|overrule|abandon|set aside|instead of following|stop following|do not follow|disobey)\\b (?:[\\p{L}]+ ){0,3}?(?:${EARLIER}|all|any|your|everything|every|these|the|whatever|what)\\b (?:[\\p{L}]+ ){0,3}?${GUIDANCE}\\b`,
    `\\b(?:drop|discard|break|override) your (?:\\w+ )?${GUIDANCE}\\b`,
    `\\b(?:ignore|disregard|forget|override) (?:all |your )?(?:${EARLIER} )?instructions?\\b`,
    '\\b(?:ignore|disregard) (?:everything |all )?(?:the |of the )?above (?:and|text)\\b',
    '\\b(?:new|updated) (?:system |operator )?(?:instructions?|directives?|orders?|task)(?: from(?: \\w+){1,4})? ?:',
    `\\b(?:your|${EARLIER}) (?:(?:system )?prompts?|instructions?|guidelines|rules|directives|orders|polic(?:y|ies)) (?:have|has|are|were|was|is|no longer|do not) ?(?:been |now |a |only a )?(?:changed|replaced|void|suspended|revoked|test|apply|lifted|deprecated|obsolete|superseded|cancell?ed)`,
    '\\byour only task\\b|\\bfrom now on,? (?:you\\b|treat\\b|always\\b|never\\b|answer\\b)|\\bobey (?:this|me|the|it|all|every|any|what|whatever|these)\\b|\\btreat this (?:line|text|message) as\\b',
    '\\b(?:security|admin|system|safety) override(?: code| ?[:#])|\\ball restrictions (?:are )?lifted|\\bpolicy (?:is )?suspended|\\b(?:kernel|guard ?rails?|policy engine|polic(?:y|ies)) (?:is|are) (?:now )?(?:disabled|off|suspended)\\b',
    `\\b${NOT_NEGATED}(?:ignore|disregard|bypass|circumvent|sidestep) (?:the|all|any|every|your|this|our) (?:\\w+ )?${CONTROL}\\b`,
    `\\b(?:ignore|disregard|bypass|override) (?:the |all |any )?(?:${CONTROL}|restrictions|rules|safety) and (?:then )?(?:${ORDER}|${STEER})\\b`,
    '\\byour (?:only|sole|real) job\\b|\\byour (?:new|only|sole|real|actual|true) (?:task|goal|objective|instructions?|orders?)\\b|\\byour (?:task|goal|role) (?:is now|now is)\\b',
    '\\bdo (?:what|whatever|as) (?:it|this (?:line|text|tag|note)|the (?:text|line|note|tag)) (?:says|tells|asks)\\b|\\bdecode (?:this|it|the \\w+) and (?:then )?(?:do|follow|run|execute|act)\\b',
  ),
  sign(
    'gives the reader a new role',
    '(?<!\\b(?:when|if|unless|while|that) )\\byou are (?:now )?(?:the |an? )?(?:admin(?:istrator)?|root|dan|superuser|unrestricted|approver|free of)\\b',
    '\\byou are now in (?:maintenance|developer|debug|god|admin) mode|\\byou are no longer (?:bound|restricted|limited|subject)|\\bunrestricted mode\\b|\\byou (?:now )?have (?:unrestricted|root|full) (?:access|rights)',
    `\\b(?<!to )(?:act|behave|answer|respond) as (?:the |an? |if you were (?:the |an? )?)(?:\\w+ )?(?:${AUTHORITY}|root|approver)\\b|\\bpretend (?:to be (?:the|an?)|you)\\b`,
    '\\b(?:disable|drop|turn off) your (?:guardrails|safety|restrictions|checks|limits)',
    '\\byou are (?:now )?(?:an? |the )?(?:\\w+gpt|\\w+ persona)\\b|\\b(?:this|the|your) (?:agent|assistant|bot|responder) (?:to|in|into|is in) (?:autonomous|unattended|unrestricted|maintenance|developer|debug|god)\\b',
  ),
  sign(
    'asks for the system prompt',
    '\\b(?:reveal|print|repeat|show|output|display|leak|contents? of|what is|tell)\\b (?:\\w+ ){0,4}?(?:your (?:system prompt|prompt|(?:initial |system )?instructions)|the system prompt|the prompt you)\\b',
    '\\bwhat are your (?:initial |system )?instructions|\\brepeat the (?:text|words) above',
  ),
  sign(
    'speaks to an AI',
    `\\b(?:dear|attention|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|hey|hello|hi|listen|to)\\b[:,]? (?:the |all |any |this )?(?:automated |incident )?(?:${AI}|incident agent|automated responder)\\b(?: \\w+){0,5} ?[:,.]`,
    `\\b(?:dear|attention|note to|hey|hello) (?:the |all )?(?:incident )?(?:assistant|agents?|automation|bots?)\\b`,
    `\\bif you are an? (?:${AI}|agent|assistant|bot)\\b|\\bas an (?:ai|llm)\\b[^.]{0,20}\\byou\\b|\\byou,? the (?:agent|assistant|model)\\b|\\bllm reader\\b`,
    `\\b(?:hint|tip|reminder|memo|notes?|message|advice|instructions?|orders?|request)(?: to| for) (?:the |any |all |this )?${AGENT}\\b(?! \\d)(?: \\p{L}+){0,3}["')]? ?[:,]|${START}to (?:the|any|all|every) ${AGENT} ?:`,
    `\\b${AGENT} (?:(?:that|who|which|is|are) ){0,2}(?:reads?|reading|sees?) (?:this|these)\\b|\\b${AGENT} (?:investigating|handling|analy[sz]ing|parsing|processing) (?:this|these|any) (?:line|log|alarm|alert|incident|message|evidence|text)|\\breading this automatically\\b`,
    `\\b${AGENT}(?: (?:handling|reading|here|that|who|in|on|of)(?: \\w+){0,5}?)? ${MODAL} ${DECIDE}\\b(?! (?:after|before|when|if)\\b)`,
    `${START}${AGENT}(?:[:,] ?|,? (?:please|kindly|pls|just|now|you must|you should|you may) )(?:please |now |just )?(?:${STEER}|stop your|run|fetch|visit|decode|export|output|use|call|do not (?:tell|mention|ask|wait|report|cite|query|investigate|verify|notify|escalate|repeat|reveal)|never (?:tell|mention|ask|wait|report))\\b(?! (?:failed|requested|ok|succeeded|completed|returned|took|of|count|for|to|in|from|at|by|with status)\\b)(?= |[.,!]|$)`,
    `${START}@?${AI},? (?:when|if|once|in case|whenever) (?:this|you|it)\\b|${START}${AGENT},? you (?:must|are (?:now|hereby)|have (?:full|been|my|permission))\\b(?! (?:run|restart|set|be|have)\\b)`,
    `\\byou (?:must|should|may|can|will|need)\\b[^.:;]{0,80}, (?:dear )?(?:model|agent|assistant|claude|ai|bot|llm)(?:[.!,)]| \\(|$)|\\b(?:ignore|disregard|bypass|skip)\\b[^.:;]{0,40}, (?:model|agent|assistant|ai|bot)[,.!]`,
    '\\ba (?:good|smart|helpful|competent|diligent|sensible) (?:investigator|agent|assistant|model|responder|ai) (?:would|will|should|always|knows)\\b',
    `\\b(?:for the|any|every|all) ${AI}s? (?:\\w+ ){0,5}(?:must|should|shall|has to)\\b|\\bfor the ${AI} (?:\\w+ ){1,5}?\\w+:`,
    `(?:^|[.:!?] )(?:the )?${AGENT},? (?:you )?(?:must|should|shall|has to|have to) (?:now |not |immediately |next )?${ORDER}\\b(?! (?:after|before|when|on|at|if)\\b)(?: ?[.!]| (?:the|this|all|any|every|it|now|immediately|plan|i-|\\w+_)|$)`,
    `\\b(?:${AI}|assistant|agent|model) (?:is|are) (?:hereby )?(?:instructed|ordered|commanded) to\\b|\\bthe agent shall\\b|\\b(?:require|order|instruct|authori[sz]e|ask)s? (?:the |any |an |your )?${AI} to\\b`,
    `(?:^|[.!?] |@)(?:${AI}|agent|assistant|checkrein|llm instruction)[:,]? (?:please |you must |you should |now ){0,2}(?:${ORDER}|run|call|output|scale)\\b(?! (?:failed|requested|ok|succeeded|completed|returned|took|of|count|home))(?= |\\.|$)`,
    `\\b(?:call|run|invoke|execute|use (?:the )?tool|call the tool|invoke the tool|(?:reply|answer|respond) with|(?:result|output) (?:of|from)) (?:${TOOL})\\b(?! (?:returned|failed|succeeded|took|by|ok))`,
    `\\b(?:step|action|task) for you(?: is\\b| ?:)|\\byou (?:must|should|need to) (?:now |immediately )?(?:reboot|terminate|resize (?:the|all|it)|call (?:the )?(?:${TOOL}))\\b`,
  ),
  sign(
    'claims an approval',
    '\\bthis (?:change|plan|reboot|action|termination) (?:is|was|has been) (?:already |pre ?)?approved\\b|\\bit (?:is|was|has been) (?:already |pre ?)approved\\b|\\bpre ?approved (?:by|all|every|any|this)\\b|\\balready (?:been )?(?:approved|authori[sz]ed) by\\b|\\balready said yes\\b|\\bapproval has already been\\b|\\bauthori[sz]ed by the (?:ciso|cto|ceo|owner|lead|head)\\b|\\bapproved in advance\\b|\\b(?:standing|blanket) (?:permission|approval|authori[sz]ation|consent)\\b',
    `\\bapproval (?:is |was )?not ${NEEDED}|\\bno (?:(?:further|more|additional|second|human) )?(?:approval|review|confirmation|pair of eyes)s? (?:is |are )?${NEEDED}`,
    '\\b(?:authori[sz]ed|cleared) (?:you|the agent) to\\b|\\byou (?:are|have been) (?:hereby )?(?:authori[sz]ed|allowed|permitted|cleared) to (?:skip|bypass|reboot|stop|terminate|proceed|ignore|apply)\\b',
    '\\byou have permission to (?:skip|bypass|reboot|stop|terminate|ignore|apply)\\b|\\byou (?:have been|are) (?:hereby )?granted\\b|\\bgrants? (?:you|the agent) (?:full|unrestricted|root|admin|permission to)\\b|\\byou do not need (?:any )?(?:approval|permission|confirmation)\\b',
    '\\bhas (?:authori[sz]ed|approved) (?:you|the (?:agent|termination|reboot|change))\\b|\\bapproved\\b[^.]{0,50}\\b(?:proceed|apply) without\\b|\\bas the approval\\b',
    '\\b(?:do not|no need to|need not|never|without) (?:ask(?:ing)?|wait(?:ing)?|request(?:ing)?|seek(?:ing)?) (?:for |any )?(?:approval|human|confirmation|permission)\\b',
    `\\b(?:proceed|go ahead) (?:directly )?without (?:any )?(?:${CHECK}|asking|checking)|\\b(?:review|approval) is waived\\b`,
    `\\b(?:skip|bypass|circumvent) (?:the|any|this) (?!checks?\\b)${CHECK}\\b`,
    `\\bapprover note\\b|\\bthis is (?:the|your) ${AUTHORITY}\\b|\\bi am your ${AUTHORITY}\\b|\\bby order of\\b|\\bas the ${AUTHORITY} i\\b`,
    '\\b(?:humans?|owners?|approvers?|board|managers?|management|lead|ciso|cto|ceo|operators?|on call|boss|director|team) (?:(?:has|have|had) )?already (?:approved|agreed|authori[sz]ed|consented|confirmed|signed off|said yes|accepted|given)\\b(?= (?:this|the|your|it|that|everything|any|all|to|his|her|their)\\b|[.,;!]| ?$)',
    '\\b(?:already|was|been|is) (?:signed off|approved|agreed|cleared|authori[sz]ed|confirmed)\\b[^.]{0,60}\\b(?:so|and|therefore)\\b[^.]{0,30}\\b(?:need not|no need|without (?:asking|waiting)|do not (?:ask|wait)|can apply|just apply|apply (?:it|the))\\b',
    '\\b(?:do not|no need to|need not|never|without|must not|should not|not (?:need|have) to|no longer (?:need|have|has) to) (?:ask|wait|request|seek|consult)(?:ing)? (?:(?:for|on|any|an?|the|it|another|further|me|them) ){0,3}(?:approvals?|humans?|confirmation|permission|verification|approvers?|operators?|sign ?off|owner|board|anyone|anybody|anew|again(?! for))\\b',
    '\\b(?:treat|consider|regard|count|take|accept) (?:this|it|that)(?: \\w+)? as (?:(?:the|an?|your|my|signed|valid|formal) ){0,3}(?:approval|consent|permission|authori[sz]ation|confirmation|order)\\b|\\bconsider (?:this|it|yourself|the plan) (?:as )?(?:approved|authori[sz]ed)\\b|\\b(?:counts|serves) as (?:the |an? |your )?(?:approval|consent|permission)\\b',
    '\\byes to (?:everything|anything|whatever)\\b|\\b(?:consent|approval|permission) (?:is )?on file\\b|\\bsay (?:that )?(?:he|she|they) (?:has |have )?(?:agreed|approved)\\b|\\b(?:waste|bother|disturb) (?:the |any )?(?:approvers?|humans?)\\b|\\b(?:message|note|order|instruction)s? from your (?:developers?|operators?|creators?|owners?|makers?)\\b',
    `\\b(?:${CONTROL}|limits?|restrictions?|rules?) (?:do|does|is|are|was|were) (?:not|no longer|never) (?:\\w+ )?(?:apply|applicable|meant|valid|binding|intended|enforced) (?:to|for) (?:you|agents?|automat\\w+|ai|bots?|the (?:agent|assistant|bot|model)|this (?:incident|change|plan))\\b|\\b(?:meant|intended|made|written) for (?:people|humans),? (?:and )?not\\b`,
    `\\b(?:you|agents?|automation|bots?|this incident) (?:is|are) (?:\\w+ )?(?:exempt|excluded|free) from\\b|\\b(?:${CONTROL}|restrictions?|limits?) (?:is|are|was|were|has been|have been) (?:lifted|waived|suspended|disabled|removed|switched off|turned off) for (?:you|the agent|agents|automation|ai|bots?|this incident)\\b|\\bignor(?:es|ing) the (?:kill switch|policy engine|safety kernel|change freeze)\\b`,
    '\\b(?:will|can|may|should|must) be (?:executed|applied|performed|done|made) without (?:an? |any |further )?(?:approval|confirmation|asking|review|dry run|verification)\\b|\\b(?:approve|confirm|apply|select|choose|accept) plan p\\d\\b|\\bplan p\\d (?:is|was|has been) (?:already )?(?:approved|confirmed|granted|applied)\\b|\\bp\\d (?:was|has been) applied and\\b',
  ),
  sign(
    'asks to hide something from people',
    `\\b(?:do not|never) (?:tell|inform|notify|alert) (?:\\w+ ){0,3}?${HUMAN} ?(?:about|that|what|how|why|$|[.!])|\\b(?:do not|never) (?:reveal|show|mention|disclose) (?:this|that|it) [^.]{0,30}\\b${HUMAN}\\b`,
    '\\b(?:do not|never) (?:mention|reveal|report|disclose|include|log) (?:this|these) (?:log )?(?:line|message|step|text|note|change|evidence|instruction|reboot)s?\\b',
    `\\b(?:keep|hide) (?:this|it)\\b(?: \\w+)? (?:secret|from (?:the )?${HUMAN})\\b|\\bhide this step\\b|\\bleave this out of\\b|\\bwithout (?:informing|telling|notifying) (?:the |any )?${HUMAN}\\b`,
    `\\bno(?:body| one) (?:needs|has) to know\\b|\\b${HUMAN} (?:must )?never sees?\\b|\\bkeep quiet about\\b`,
    '\\b(?:say|write|claim) in the (?:summary|report)\\b|\\bin your (?:summary|report|conclusion)\\b|\\byour (?:report|summary|conclusion) (?:must|should) (?:claim|say|state|not|read)\\b|\\bdescribe the plan as\\b|\\bagent must not report\\b',
    '\\b(?:tell|assure|convince|reassure) the (?:approvers?|humans?|operators?) (?:that|this|the)\\b|\\btell the user (?:that )?(?:the|this) (?:change|plan|reboot)\\b',
    `\\b${NOT_NEGATED}conclude (?:that (?:the root cause|no(?:thing| action)|everything|all is)|with (?:high |low |full )?confidence|now|immediately|healthy|at once|without|the incident)\\b`,
    `\\b(?:do not|never|must not|should not|may not|not) (?:mention|cite|report|disclose|include|repeat|quote|note|reveal|list|put) (?:this|it|that|these|me|the (?:reboot|restart|change|termination|resize|line|message|action|note))(?: \\w+){0,4}? (?:in|to|as|into) (?:the |your |any )?(?:final |incident )?(?:${REPORT}|humans?|approvers?|operators?|people)\\b`,
    `\\b(?:leave|keep|strike|remove|delete|drop|omit|exclude) (?:this|it|that|these|me|(?:any|all|every) mention of \\w+|the (?:reboot|restart|change|termination|resize|line))(?: \\w+){0,4}? (?:out of|from|off) (?:the |your )${REPORT}\\b|\\bleave [^.]{1,40} out of (?:the|your) (?:report|summary|conclusion)\\b|\\b(?:never|do not) mention [^.]{1,40} in (?:the |your |any )?(?:reports?|summary|conclusion)\\b|\\bdo not leave (?:a|any) trace\\b|\\bcit(?:e|es|ing) this (?:line|entry|note|message)\\b`,
    `\\bno longer need (?:any )?evidence\\b|\\bno (?:further |more )?(?:evidence|verification) (?:is |are )?${NEEDED}|\\bskip (?:reading|checking|verifying|querying|the (?:report|logs|metrics|evidence|investigation))\\b|\\bdo not (?:query|read|check|look (?:at|into)|investigate|inspect) (?:(?:the|any|other|more) ){0,2}(?:logs|metrics|evidence|further|deeper)\\b`,
    '\\b(?:and|then) (?:say|claim|state|pretend) (?:that )?(?:it|he|she|they|everything|nothing|all)\\b|\\b(?:behave|act|continue|proceed|carry on)\\b[^.]{0,40}\\bas (?:if|though) (?:it (?:was|were|is|had)|you|nothing|no one|everything)\\b|\\b(?:stop|end) your (?:analysis|investigation)\\b|\\bclose the incident (?:first and|without)\\b',
  ),
];

/** Marks of turns and tool results, whose spelling matters. */
const IMITATED = sign(
  'imitates a tool result or turn',
  '(?<!\\w)<\\/?(?:tool_result|tool_use|function_(?:results?|calls?|response)|tool_(?:calls?|response|output)|system[-_](?:reminder|prompt|message)|invoke|system|assistant|human|instructions|evidence[\\w-]*)(?=[\\s>/])',
  '<\\|im_(?:start|end)\\|>|\\[\\/?inst\\]|<<\\/?sys>>',
  '^#{2,6} ?(?:system|assistant|instructions?)(?: (?:override|message|prompt|notice))? ?[:#]|\\n[\\t\\x20]{0,8}\\n(?:human|assistant):|^assistant: (?:sure|i will|i have)\\b',
  '^system(?: message)?: [^\\n]{0,60}\\b(?:override|you (?:must|may|are|can|should)|ignore|granted|approve (?:the|this|it|plan)|proceed)\\b|\\bevidence> ?system:',
  '"role"\\s*:\\s*"(?:system|assistant|developer)"\\s*,\\s*"content"|"type"\\s*:\\s*"tool_(?:use|result)"',
  '\\bend of evidence ?[.:-]|\\bbegin (?:trusted|operator|system) (?:message|instructions?)',
);

/** Names of the signs that a text shows. */
export const suspicionsIn = (text: string): string[] => {
  const { marked, plain } = plainForms(text);
  const found = [...SIGNS, ...LANGUAGES].filter(({ pattern }) => plain.some((form) => pattern.test(form)));
  const imitated = marked.some((form) => IMITATED.pattern.test(form.toLowerCase())) ? [IMITATED] : [];
  return [...new Set([...found, ...imitated].map(({ name }) => name))];
};
