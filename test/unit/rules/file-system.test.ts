import { describe, expect, it } from 'vitest';
import { fileSystemTypeOf, fileSystemTypeOfMagic, judgeFileSystem } from '../../../src/rules/file-system.ts';

describe('judgeFileSystem', () => {
  it.each<[string | null, string]>([
    ['ext4', 'suits'],
    ['xfs', 'suits'],
    ['btrfs', 'suits'],
    ['zfs', 'suits'],
    [null, 'suits'],
    ['fuseblk', 'suits'],
    ['nfs', 'refuse'],
    ['nfs4', 'refuse'],
    ['cifs', 'refuse'],
    ['smb3', 'refuse'],
    ['9p', 'refuse'],
    ['afs', 'refuse'],
    ['ceph', 'refuse'],
    ['fuse.sshfs', 'refuse'],
    ['fuse.s3fs', 'refuse'],
    ['fuse.ceph-fuse', 'refuse'],
    ['tmpfs', 'warn'],
    ['overlay', 'warn'],
    ['fuse.somethingelse', 'warn'],
    ['brandnewfs', 'warn'],
  ])('%s: %s', (type, verdict) => {
    expect(judgeFileSystem(type).type).toBe(verdict);
  });

  it.each(['tmpfs', 'overlay'])('says what an empty store after each run would do (%s)', (type) => {
    expect(judgeFileSystem(type)).toMatchObject({
      message: expect.stringContaining('would adopt everybody anew and never disable a leaver'),
    });
  });

  it('says what to do instead of a network file system', () => {
    expect(judgeFileSystem('nfs4')).toMatchObject({ message: expect.stringContaining('local disk or a block volume') });
  });
});

// Lines as proc_pid_mountinfo(5) describes them: optional fields before the dash, and none of them.
const MOUNTINFO = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
25 22 0:23 / /proc rw,nosuid - proc proc rw
31 22 0:40 / /data rw,relatime master:3 propagate_from:2 - nfs4 server:/export rw,vers=4.2
40 31 254:1 /sub /data/local rw - xfs /dev/vdb rw
41 22 0:50 / /mnt/with\\040blank rw - cifs //server/share rw
42 22 0:51 / /covered rw - nfs server:/a rw
43 22 254:2 / /covered rw - ext4 /dev/vdc rw
`;

describe('fileSystemTypeOf', () => {
  it.each([
    ['/home/scimsync/data.db', 'ext4'],
    ['/data/scimsync.db', 'nfs4'],
    ['/data', 'nfs4'],
    ['/database/scimsync.db', 'ext4'],
    ['/data/local/scimsync.db', 'xfs'],
    ['/mnt/with blank/scimsync.db', 'cifs'],
    ['/covered/scimsync.db', 'ext4'],
  ])('%s is on %s', (path, type) => {
    expect(fileSystemTypeOf(path, MOUNTINFO)).toBe(type);
  });

  it.each(['', 'nonsense', '22 1 254:0 / /elsewhere rw - ext4 /dev/vda rw'])('does not guess: %j', (text) => {
    expect(fileSystemTypeOf('/data/scimsync.db', text)).toBeNull();
  });
});

describe('fileSystemTypeOfMagic', () => {
  it.each<[number, string | null]>([
    [0x6969, 'nfs'],
    [0xef53, 'ext4'],
    [0x9123683e, 'btrfs'],
    // As a signed number, as some systems answer it.
    [0xff534d42 | 0, 'cifs'],
    [0x65735546, null],
    [1, null],
  ])('%i: %s', (magic, type) => {
    expect(fileSystemTypeOfMagic(magic)).toBe(type);
  });
});
