/** Records of supervisors are about others than who wrote them. */
import type { Keys, SubjectKeys } from '../types.ts';

/** The carrier of `systemd[1]: chat.service: …` names systemd, of sudo's lines sudo and the session: none of that holds for the subject. */
const WRITER: SubjectKeys = { pid: undefined, pidSpace: undefined, service: undefined, unit: undefined, cgroup: undefined };

/** Keys in place of the writer's; host, boot, container and pod stay those of the carrier. */
export const subject = (keys: Keys): SubjectKeys => ({ ...WRITER, ...keys });
