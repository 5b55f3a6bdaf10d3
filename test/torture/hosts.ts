/** What crash.yml finds on a host, and what is compared of it. */

import type { Ended } from "../cli/kmend.ts";

/** Brings about the state before. */
export const prepare = `rm -rf /srv/torture; umask 022
printf 'name = x\\nmode = before\\n' > /etc/torture.conf; chown nobody /etc/torture.conf; chmod 640 /etc/torture.conf
printf 'old\\n' > /etc/torture.old; touch -d 2001-02-03 /etc/torture.conf /etc/torture.old`;

// A folder's own times change with what is made and removed in it. The whole series goes on past midnight: of today and of yesterday
// is all that was made in it.
export const look = `{
find /srv/torture /etc/torture.conf /etc/torture.old /etc/systemd/system/torture.service ! -type d -printf '%p %y %m %u %g %l %s %TY-%Tm-%Td\\n'
find /srv/torture -type d -printf '%p %y %m %u %g\\n'
find /srv/torture /etc/torture.conf /etc/torture.old /etc/systemd/system/torture.service -type f ! -name count -exec sha256sum {} +
systemctl is-active torture; systemctl is-enabled torture
} 2>/dev/null | sed "s/ $(date +%F)$/ new/; s/ $(date -d yesterday +%F)$/ new/" | sort`;

/** A command of which nobody knows whether it ran may have run twice: its file's size says nothing. */
export function withoutCount(looks: readonly string[]): readonly string[] {
  return looks.map((look) => look.replace(/^\/srv\/torture\/count .*\n/m, ""));
}

export function recap({ stdout }: Ended): string {
  return stdout.slice(stdout.indexOf("PLAY RECAP"));
}
