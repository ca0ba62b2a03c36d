/** What nobody reads inside a container. Copyright files stay. */
const unread = [
  "usr/share/man",
  "usr/share/info",
  "usr/share/locale",
  "usr/share/i18n",
  "usr/share/lintian",
  "usr/share/linda",
  "usr/share/bug",
  "usr/share/bash-completion",
  "usr/share/zsh",
  "usr/share/fish",
  "usr/share/doc-base",
  "usr/share/menu",
  "usr/share/pixmaps",
  "usr/share/applications",
  "usr/share/vim",
  "etc/init.d",
  "etc/cron.d",
  "etc/cron.daily",
  "etc/logrotate.d",
  "etc/default",
  "usr/lib/systemd",
  "usr/lib/tmpfiles.d",
  "usr/lib/sysusers.d",
  "boot",
  "media",
  "mnt",
  "srv",
  "opt",
  "var/backups",
  "var/cache",
  "var/log",
  "var/mail",
  "var/spool",
];

/** Whether this path of a package is left out of an image. */
export function isTrimmed(path: string, more: readonly string[]): boolean {
  if ([...unread, ...more].some((folder) => path === folder || path.startsWith(`${folder}/`))) return true;
  // Conversions between character sets; UTF-8 is in the C library itself.
  if (/^usr\/lib\/[^/]+\/gconv(\/|$)/.test(path)) return true;
  return /^usr\/share\/doc\/[^/]+\//.test(path) && !path.endsWith("/copyright");
}
