// Whether a file system suits the store. SQLite needs locks and memory mapping that hold between processes, which network
// file systems do not give (sqlite.org/howtocorrupt.html section 2, sqlite.org/wal.html); and a store that is empty after
// each start would adopt everybody anew and never disable a leaver.

/** What is to be done about a file system. */
export type FileSystemVerdict =
  | { readonly type: 'suits' }
  | { readonly type: 'refuse'; readonly message: string }
  | { readonly type: 'warn'; readonly message: string };

/** Types as in `/proc/self/mountinfo`; file systems that keep locks honestly and survive a restart. */
const LOCAL: ReadonlySet<string> = new Set([
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'zfs',
  'f2fs',
  'bcachefs',
  'jfs',
  'reiserfs',
  'nilfs2',
  'ntfs',
  'ntfs3',
  'vfat',
  'exfat',
  'hfsplus',
  'apfs',
  // A folder of the host in a virtual machine's or Docker Desktop's Linux.
  'virtiofs',
  'fakeowner',
]);

const NETWORK: ReadonlySet<string> = new Set([
  'nfs',
  'nfs4',
  'cifs',
  'smb3',
  'smbfs',
  'ncpfs',
  '9p',
  'afs',
  'coda',
  'ceph',
  'glusterfs',
  'lustre',
  'gpfs',
  'beegfs',
  'orangefs',
]);

/** FUSE file systems that are a network's, by what follows `fuse.`. */
const NETWORK_FUSE =
  /^(sshfs|s3fs|s3ql|goofys|gcsfuse|blobfuse2?|rclone|glusterfs|ceph(-fuse)?|davfs2?|mount-s3|juicefs)$/;

/** Emptied with every boot or container. */
const FLEETING: ReadonlySet<string> = new Set(['tmpfs', 'ramfs', 'devtmpfs']);

const CONSEQUENCE =
  'A store that is empty after each run would adopt everybody anew and never disable a leaver. Put it on a persistent volume.';

/** Judges the type of the file system that holds the store; null when the system does not say. */
export function judgeFileSystem(type: string | null): FileSystemVerdict {
  if (type === null || LOCAL.has(type)) return { type: 'suits' };
  const fuse = /^fuse(?:blk)?\.(.+)$/.exec(type)?.[1];
  if (NETWORK.has(type) || (fuse !== undefined && NETWORK_FUSE.test(fuse)))
    return {
      type: 'refuse',
      message: `The store is on a network file system (${type}), where SQLite's locks do not hold: two processes could write at once and damage it. Put store.url on a local disk or a block volume.`,
    };
  if (FLEETING.has(type)) return { type: 'warn', message: `The store is in memory (${type}). ${CONSEQUENCE}` };
  if (type === 'overlay' || type === 'aufs')
    return { type: 'warn', message: `The store is in the container's own layer (${type}). ${CONSEQUENCE}` };
  if (type === 'fuseblk') return { type: 'suits' };
  return {
    type: 'warn',
    message: `The store is on a file system of unknown type (${type}). It must be local, keep POSIX locks, and survive restarts.`,
  };
}

/**
 * The type of the file system that holds a path, from the text of `/proc/self/mountinfo` (proc_pid_mountinfo(5)); null when
 * no line covers it. The longest mount point counts; of equal ones the later, which lies above.
 */
export function fileSystemTypeOf(path: string, mountinfo: string): string | null {
  let best: { readonly point: string; readonly type: string } | null = null;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const point = unescaped(before.split(' ')[4] ?? '');
    const type = after.split(' ')[0] ?? '';
    if (point === '' || type === '' || !covers(point, path)) continue;
    if (best === null || point.length >= best.point.length) best = { point, type };
  }
  return best?.type ?? null;
}

function covers(point: string, path: string): boolean {
  return point === '/' || path === point || path.startsWith(`${point}/`);
}

/** Blanks, tabs, line breaks and backslashes are written as three octal digits. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)));
}

/** Names for the magic numbers of statfs(2), for systems without mountinfo. */
const MAGIC: Readonly<Record<number, string>> = {
  26985: 'nfs',
  4283649346: 'cifs',
  4266872130: 'smb3',
  20859: 'smbfs',
  16914839: '9p',
  1799439955: 'afs',
  1397113167: 'afs',
  12805120: 'ceph',
  1937076805: 'coda',
  16914836: 'tmpfs',
  2240043254: 'ramfs',
  2035054128: 'overlay',
  61267: 'ext4',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  801189825: 'zfs',
  4076150800: 'f2fs',
};

/** The type behind a magic number of statfs(2); null when it is in no table, FUSE included: it may be anything. */
export function fileSystemTypeOfMagic(magic: number): string | null {
  return MAGIC[magic >>> 0] ?? null;
}
