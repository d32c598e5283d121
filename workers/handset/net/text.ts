import type { Program } from '../system.ts';
import type { Network } from './network.ts';
import { sourceAddress } from './rule.ts';

/** `dumpsys netstats [detail]`: bytes by uid, in buckets of two hours as the service keeps them. */
export function netstatsText(network: Network, nowMs: number, args: readonly string[]): string {
  const bucketMs = 7_200_000;
  const bucket = Math.floor(nowMs / bucketMs) * (bucketMs / 1000);
  const ident =
    'ident=[{type=1, ratType=COMBINED, wifiNetworkKey="AndroidWifi"open, metered=false, defaultNetwork=true, ' +
    'oemManaged=OEM_NONE, subId=-1}]';
  const lines = ['Active interfaces:', '  iface=wlan0 ident=[{type=1, metered=false, defaultNetwork=true}]'];
  if (!args.includes('detail') && !args.includes('--uid')) return `${lines.join('\n')}\n`;
  lines.push('UID stats:');
  for (const [uid, traffic] of [...network.connections.traffic()].sort(([a], [b]) => a - b)) {
    lines.push(`  ${ident} uid=${uid} set=DEFAULT tag=0x0`, '    NetworkStatsHistory: bucketDuration=7200');
    const { downBytes, downPackets, upBytes, upPackets } = traffic;
    lines.push(`      st=${bucket} rb=${downBytes} rp=${downPackets} tb=${upBytes} tp=${upPackets} op=0`);
  }
  return `${lines.join('\n')}\n`;
}

export function connectivityText(network: Network, apiLevel: number): string {
  if (!network.connected()) return 'NetworkProviders for:\n\nActive default network: none\n';
  const handle = apiLevel >= 31 ? 'handle' : 'nethandle';
  return [
    'NetworkProviders for: PhoneNetworkFactory WifiNetworkFactory',
    '',
    'Active default network: 100',
    '',
    'Current Networks:',
    `  NetworkAgentInfo{network{100}  ${handle}{432902426637}  ni{WIFI CONNECTED extra: } created=2026-01-01T00:00:00.000Z ` +
      'Score(Policies : IS_UNMETERED&EVER_VALIDATED&IS_VALIDATED ; KeepConnected : 0)  lp{{InterfaceName: wlan0 ' +
      'LinkAddresses: [ 10.0.2.16/24 ] DnsAddresses: [ /10.0.2.3 ] Routes: [ 0.0.0.0/0 -> 10.0.2.2 wlan0 ]}}}',
    '',
  ].join('\n');
}

/** `ss`: established TCP connections; -e adds the uid, -p the pid as far as root may see it. */
export function ss(network: Network): Program {
  return (io) => {
    const flags = io.argv.slice(1).join('');
    io.out('State    Recv-Q    Send-Q         Local Address:Port          Peer Address:Port\n');
    for (const each of network.connections.list()) {
      const local = `${sourceAddress(each.address)}:${each.localPort}`;
      const extra = flags.includes('e') ? ` uid:${each.uid} ino:${each.inode} sk:${each.inode.toString(16)} <->` : '';
      io.out(
        `ESTAB    0         0         ${local.padStart(22)} ${`${each.address}:${each.port}`.padStart(22)}${extra}\n`,
      );
    }
    return 0;
  };
}

/** `netstat -tn`, as toybox prints it. */
export function netstat(network: Network): Program {
  return (io) => {
    io.out('Active Internet connections (w/o servers)\n');
    io.out('Proto Recv-Q Send-Q Local Address           Foreign Address         State\n');
    for (const each of network.connections.list()) {
      const local = `${sourceAddress(each.address)}:${each.localPort}`;
      io.out(`tcp        0      0 ${local.padEnd(23)} ${`${each.address}:${each.port}`.padEnd(23)} ESTABLISHED\n`);
    }
    return 0;
  };
}

const LINKS = [
  {
    index: 1,
    name: 'lo',
    flags: 'LOOPBACK,UP,LOWER_UP',
    mtu: 65536,
    address: '127.0.0.1/8',
    link: 'loopback',
    mac: '00:00:00:00:00:00',
  },
  {
    index: 2,
    name: 'eth0',
    flags: 'BROADCAST,MULTICAST,UP,LOWER_UP',
    mtu: 1500,
    address: '10.0.2.15/24',
    link: 'ether',
    mac: '52:54:00:12:34:56',
  },
  {
    index: 3,
    name: 'wlan0',
    flags: 'BROADCAST,MULTICAST,UP,LOWER_UP',
    mtu: 1500,
    address: '10.0.2.16/24',
    link: 'ether',
    mac: '02:15:b2:00:00:00',
  },
] as const;

/** `ip addr|route|link|rule`. */
export const ip: Program = (io) => {
  const words = io.argv.slice(1).filter((word) => !word.startsWith('-'));
  const [what = '', ...rest] = words;
  const wanted = LINKS.filter((link) => !LINKS.some((each) => rest.includes(each.name)) || rest.includes(link.name));
  if ('address'.startsWith(what) && what !== '') {
    for (const each of wanted) {
      io.out(`${each.index}: ${each.name}: <${each.flags}> mtu ${each.mtu} state UP group default qlen 1000\n`);
      io.out(`    link/${each.link} ${each.mac} brd ff:ff:ff:ff:ff:ff\n`);
      io.out(`    inet ${each.address} scope ${each.name === 'lo' ? 'host' : 'global'} ${each.name}\n`);
    }
    return 0;
  }
  if ('link'.startsWith(what) && what !== '') {
    for (const each of wanted) io.out(`${each.index}: ${each.name}: <${each.flags}> mtu ${each.mtu} state UP\n`);
    return 0;
  }
  if ('route'.startsWith(what) && what !== '') {
    if (rest[0] === 'get')
      io.out(`${rest[1] ?? ''} via 10.0.2.2 dev wlan0 table wlan0 src 10.0.2.16 uid ${io.uid} \n    cache \n`);
    else
      io.out(
        '10.0.2.0/24 dev eth0 proto kernel scope link src 10.0.2.15 \n10.0.2.0/24 dev wlan0 proto kernel scope link src 10.0.2.16 \n',
      );
    return 0;
  }
  if (what === 'rule' || what === 'neigh') return 0;
  io.err(
    what === '' ? 'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n' : `Object "${what}" is unknown, try "ip help".\n`,
  );
  return what === '' ? 255 : 1;
};

export const ifconfig: Program = (io) => {
  for (const each of LINKS) {
    const address = each.address.split('/')[0] ?? '';
    io.out(
      `${each.name.padEnd(9)} Link encap:${each.link === 'ether' ? `Ethernet  HWaddr ${each.mac}` : 'Local Loopback'}\n`,
    );
    io.out(`          inet addr:${address}  Mask:${each.name === 'lo' ? '255.0.0.0' : '255.255.255.0'}\n`);
    io.out(`          UP RUNNING  MTU:${each.mtu}  Metric:1\n\n`);
  }
  return 0;
};
