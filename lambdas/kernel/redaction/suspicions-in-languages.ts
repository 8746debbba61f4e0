import { sign, type Sign } from './sign.ts';

/** The claims and orders of `suspicions.ts` in German, French, Spanish and Chinese, without accents. */

const DE_RULE = '(?:anweisung|richtlinie|regel|vorgabe|freigabe|genehmigung|prufung|befehl|einschrankung|sperre)\\w*';
const DE_READER = '(?:ki(?: (?:agent|assistent|modell|system))?|assistent|agent|sprachmodell|bot)(?:en|s)?';
const FR_RULE =
  '(?:instruction|consigne|regle|politique|directive|restriction|approbation|validation|autorisation|gel)s?';
const FR_READER = '(?:assistant|agent|ia|modele|bot|robot|intelligence artificielle)e?s?';
const ES_RULE =
  '(?:instruccion(?:es)?|reglas?|politicas?|directri(?:z|ces)|orden(?:es)?|normas|restricciones|aprobacion(?:es)?|congelacion)';
const ES_READER = '(?:asistente|agente|ia|modelo|bot|inteligencia artificial)s?';
const ES_CONSENT = '(?:aprobacion|permiso|confirmacion|autorizacion|validacion)';
const ZH_READER = '(?:ai|人工智能|智能体|助手|代理|大模型|语言模型|机器人)';
const ZH_RULE = '(?:指令|指示|规则|提示|策略|政策|审批|限制|要求|命令|冻结)';
const ZH_CONSENT = '(?:审批|批准|确认|同意|审核|许可)';

export const LANGUAGES: readonly Sign[] = [
  sign(
    'asks to ignore instructions',
    `\\b(?:ignorier|vergiss|vergesst|missacht|ubergeh|umgeh|uberspring|beacht)\\w* (?:bitte |jetzt |sie )?(?:alle|jede|samtliche|deine|eure|die|das|diese)\\w* (?:\\w+ )?(?:bisherigen |vorherigen |obigen |fruheren )?${DE_RULE}`,
    `\\b(?:ignor|oubli|neglig|contourn|desactiv|outrepass)(?:e|ez|er)\\b (?:toute?s? |tous )?(?:les |tes |vos |la |le |l['’]|ces |cette )(?:\\w+ )?${FR_RULE}\\b`,
    `\\b(?:ignor[ae]d?|olvid[ae]d?|omit[ae]|salt[ae](?:te)?|desobedece|anul[ae])\\b (?:tod[ao]s )?(?:las? |los |tus? |sus? |estas |cualquier )(?:\\w+ )?${ES_RULE}\\b`,
    `(?:忽略|无视|忘记|忘掉|不要理会|不要遵守)[^。,;\\n]{0,3}(?:之前|以上|所有|一切|你|先前|前面|此前|任何|上述|全部)[^。,;\\n]{0,8}${ZH_RULE}`,
    `(?:请|直接|可以|必须|应该|立即|并|你)(?:跳过|绕过)[^。,;\\n]{0,6}(?:${ZH_RULE}|${ZH_CONSENT}|检查|验证)`,
  ),
  sign(
    'gives the reader a new role',
    '\\bdu (?:bist (?:jetzt|nun|ab sofort)|darfst)\\b(?! (?:\\w+ ){0,2}(?:an|ab|ein|aus)?(?:gemeldet|geloggt|verbunden|online|offline))',
    "\\btu (?:es (?:desormais|maintenant|a present)|peux desormais)\\b|\\bvous etes (?:desormais|maintenant) (?:un |une |l['’])?(?:admin|operateur|responsable|root|libre|autorise)",
    '\\b(?:ahora|desde ahora|a partir de ahora),? (?:tu )?(?:eres|debes)\\b|\\beres ahora\\b',
    '你(?:现在|从现在起)是|从现在(?:开始|起),?你|你是(?:一[个名位])?(?:没有|不受|无)[^。,;\\n]{0,6}限制',
  ),
  sign(
    'speaks to an AI',
    `\\b(?:hinweis|notiz|nachricht|anweisung|achtung|liebe[rs]?|hallo|wichtig)(?: an| fur)? (?:den |die |das |alle |jeden )?${DE_READER}\\b(?: \\w+){0,3}?[:,!]`,
    `(?:^|[.:!?;="'(\\[{>@] ?)(?:${DE_READER})[,:] (?:bitte |du |ignorier|vergiss|beend|starte|genehmig|bestatig|erwahn|uberspring|nicht )`,
    `\\b(?:note|message|avis|attention|consigne|cher|chere|bonjour|instructions?) (?:pour |a |aux? )?(?:l['’]|les |le |tout )?${FR_READER}\\b(?: \\w+){0,3}? ?[:,!]`,
    `(?:^|[.:!?;="'(\\[{>@] ?)${FR_READER} ?[,:] (?:tu |vous |veuillez |ignore|oubli|arrete|redemarr|approuv|confirm|ne )`,
    `\\b(?:nota|mensaje|aviso|atencion|instruccion(?:es)?|estimad[oa]|querid[oa]|hola)(?: para| al?)? (?:el |la |los )?${ES_READER}\\b(?: \\w+){0,3}?[:,!]`,
    `(?:^|[.:!?;="'(\\[{>@] ?)${ES_READER}[,:] (?:por favor|debes|ignora|olvida|apaga|reinicia|termina|deten|elimina|aprueba|confirma|concluye|omite|no (?!se\\b))`,
    `(?:致|给|告诉|提醒|注意|亲爱的|请)[^。,;\\n]{0,6}${ZH_READER}[^。,;\\n]{0,4}[:,]|${ZH_READER}(?:助手|代理|模型)?[,:] ?(?:请|你|立即|必须|不要|忽略|直接)`,
  ),
  sign(
    'claims an approval',
    '\\bohne (?:ruckfrage|nachzufragen|zu fragen|auf (?:die |eine )?(?:freigabe|genehmigung) zu warten)|\\bkeine (?:weitere|erneute|zusatzliche|menschliche)n? (?:freigabe|genehmigung|bestatigung|prufung)|\\bgil?t (?:nicht fur (?:dich|agenten|ki)|fur dich nicht)\\b|\\bgelten (?:nicht fur (?:dich|agenten|ki)|fur dich nicht)\\b|\\b(?:warte|frag)e? nicht (?:auf|nach|erst)\\b',
    "\\bsans (?:demander|attendre|solliciter) (?:\\w+[\\x20'’]){0,3}?(?:approbation|autorisation|confirmation|validation|accord|avis)\\b|\\b(?:pas besoin|inutile) (?:d['’]|de )(?:demander|attendre|approbation|autorisation|confirmation|validation)|\\bne s['’]applique(?:nt)? (?:pas|plus) (?:a (?:toi|vous|l['’](?:agent|ia))|aux (?:agents|ia))",
    `\\bsin (?:pedir|esperar|solicitar) (?:\\w+ ){0,2}?${ES_CONSENT}\\b|\\bno (?:debes? pedir|necesitas|hace falta|pidas|esperes|solicites) (?:\\p{L}+ ){0,3}?${ES_CONSENT}\\b|\\bno (?:se )?(?:te )?aplican? (?:a ti|para ti|al agente|a los agentes)\\b|\\bno te aplican?\\b`,
    `(?:无需|不需要|不必|无须|不用)(?:再|人工|任何|等待|请求|询问|经过)[^。,;\\n]{0,6}(?:${ZH_CONSENT}|人)|(?:已经?|早已)[^。,;\\n]{0,10}(?:批准|同意|授权)[^。;\\n]{0,8}(?:你|无需|直接|立即|不用|不必)|不适用于(?:你|ai|代理|智能体)`,
  ),
  sign(
    'asks to hide something from people',
    '\\berwahne? [^.;]{1,60} nicht\\b|\\bverschweig\\w*|\\b(?:erwahn|nenn|meld|bericht|zeig|zitier)\\w* (?:\\w+ ){1,4}?nicht (?:im bericht|in der zusammenfassung|dem|den menschen)|\\b(?:sag|erzahl|verrat|meld)e? (?:\\w+ ){0,3}?(?:niemand|nichts (?:davon|daruber|dem|den))',
    "\\bne (?:parl|di|mentionn|signal|revel|cit|racont|inform|previen)\\w* (?:\\p{L}+[\\x20'’]){0,5}?(?:personne|rapport|resume|humains?|approbateurs?|operateurs?)\\b",
    '\\bno (?:menciones|digas|reveles|cuentes|incluyas|avises|informes|cites|muestres)\\b',
    '不要(?:告诉|通知|提及|提到|透露|写进|写入|向)[^。,;\\n]{0,10}(?:人|报告|审批|运维|用户|此|这|本)|(?:报告|总结)(?:中|里)(?:不要|不得|不能|别)',
  ),
];
