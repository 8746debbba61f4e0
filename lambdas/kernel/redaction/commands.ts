import { spansOf, type Detector } from './spans.ts';
import { isSecret } from './secret-values.ts';

/** Secrets among the arguments of commands that the command, and not a name, tells to be secret. */

const WORD = String.raw`(?:"(?<it>[^"\n]+)"|'(?<it>[^'\n]+)'|(?<it>[^\s"'\\;|&]+))`;
/** The rest of a command, over continued lines. */
const ARGS = String.raw`(?:(?:[^\n|;]|\\\r?\n){0,400}?[\s\\])??`;
const option = (programs: string, options: string): RegExp =>
  new RegExp(String.raw`\b(?:${programs})\b[ \t]+${ARGS}(?:${options})${WORD}`, 'dg');

/** The password of `user:password`, or of `user%password`. */
const LOGIN = String.raw`(?:"[^":%\n]{0,80}[:%](?<it>[^"\n]+)|'[^':%\n]{0,80}[:%](?<it>[^'\n]+)|[^\s"':%]{0,80}[:%](?:"(?<it>[^"\n]+)"|'(?<it>[^'\n]+)'|(?<it>[^\s"';|&]+))|"(?<it>[^"\s:]{3,}):")`;
const CURL = new RegExp(
  String.raw`\b(?:curl|wget|https?ie|http|xh|smbclient)\b[ \t]+${ARGS}(?:-[a-zA-Z]{0,8}[uU]|--user|--proxy-user|--auth|-a)(?:=|[ \t]{0,5})${LOGIN}`,
  'dg',
);

export const commandSecrets: readonly Detector[] = [
  spansOf('secret:command', CURL, isSecret),
  spansOf(
    'secret:command',
    option('mysql(?:dump|admin|import|show)?|mariadb(?:-dump)?|mysqlsh', '-p(?=\\S)'),
    isSecret,
  ),
  spansOf(
    'secret:command',
    option(
      'sshpass|unzip|zip|mongo(?:sh|dump|export|restore)?|(?:docker|podman|buildah|helm|oc|az|crane|skopeo|npm|argocd|registry) .{0,40}?login',
      '-[pP][ \\t]*',
    ),
    isSecret,
  ),
  spansOf('secret:command', option('redis-cli', '-a[ \\t]*'), isSecret),
  spansOf('secret:command', option('sqlcmd|bcp|osql|7z', '-[pP][ \\t]*'), isSecret),
  spansOf('secret:command', option('ldap(?:search|modify|add|delete|whoami|passwd)', '-w[ \\t]*'), isSecret),
];
