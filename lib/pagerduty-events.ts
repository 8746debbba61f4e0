/**
 * What EventBridge makes of a moment for PagerDuty: Events API v2. A variable without quotes around it becomes a JSON value, so a text
 * from outside can only ever be a text.
 */
export interface Transformed {
  readonly inputPathsMap: Readonly<Record<string, string>>;
  readonly inputTemplate: string;
}

/** Names this deployment's alerts: no alert of anybody else has such a key, so none is ever resolved. */
const DEDUP_KEY = '"dedup_key": "checkrein/<approval>"';

const COMMON = {
  says: '$.detail.says',
  at: '$.detail.at',
  incident: '$.detail.incidentId',
  agent: '$.detail.agent',
  title: '$.detail.subject.title',
};
const OF_CHANGE = {
  heading: '$.detail.change.heading',
  target: '$.detail.change.target.ref',
  environment: '$.detail.change.target.environment',
  account: '$.detail.change.target.account',
};
const DETAILS =
  '"incident": <incident>, "agent": <agent>, "subject": <title>, "change": <heading>, "target": <target>, "environment": <environment>, "account": <account>';

/** Pages, or reminds of a page that is still open: the key of both is that of the approval. */
export const triggerEvent = (severity: 'warning' | 'error' | 'critical'): Transformed => ({
  inputPathsMap: {
    ...COMMON,
    ...OF_CHANGE,
    approval: '$.detail.approvalId',
    page: '$.detail.page',
    needed: '$.detail.needed',
    approvers: '$.detail.approvers',
    until: '$.detail.expiresAt',
    kind: '$.detail.moment',
    cost: '$.detail.change.cost',
    disruption: '$.detail.change.disruption',
    undo: '$.detail.change.rollback',
  },
  inputTemplate: [
    `{"event_action": "trigger", ${DEDUP_KEY}, "client": "Checkrein", "client_url": <page>,`,
    `"links": [{"href": <page>, "text": "To approve or deny, have your own link sent to you"}],`,
    `"payload": {"summary": <says>, "source": <target>, "severity": "${severity}", "timestamp": <at>, "group": <incident>, "class": <kind>,`,
    `"custom_details": {${DETAILS}, "cost": <cost>, "disruption": <disruption>, "undo": <undo>, "asked": <approvers>, "needed": <needed>, "until": <until>}}}`,
  ].join(' '),
});

/** Resolves the page of an approval, whoever decided. */
export const resolveEvent: Transformed = {
  inputPathsMap: { approval: '$.detail.approvalId' },
  inputTemplate: `{"event_action": "resolve", ${DEDUP_KEY}}`,
};

/** Something changed, or was changed back. It pages nobody. */
export const changeEvent: Transformed = {
  inputPathsMap: { ...COMMON, ...OF_CHANGE, outcome: '$.detail.outcome', kind: '$.detail.moment' },
  inputTemplate: [
    `{"payload": {"summary": <says>, "source": <target>, "timestamp": <at>,`,
    `"custom_details": {"moment": <kind>, "outcome": <outcome>, ${DETAILS}}}}`,
  ].join(' '),
};
