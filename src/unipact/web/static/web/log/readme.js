// The fixed text of the member README.txt, as this verifier knows it.

export const README = `unipact-bundle/1

This file proves what two parties agreed, and what became of it. Nobody has to be trusted for that:
every entry is signed by the party that made it, and the checkpoint over all of them by both.

Check it:   unipact verify THIS.tar --key A.pub --key B.pub
A.pub and B.pub hold the public keys of the two parties, each taken from that party itself.

entries       what was done, one signed note each, in order
checkpoint    the size of the log and one hash over all of it, signed by the log and by both parties
agreements/   the agreement files that entries name, by their SHA-256
documents/    reasons, run documents and reports that entries name, by their SHA-256
The whole format is described in docs/reference/log.md of unipact.

本文件证明双方约定了什么，以及此后发生了什么。核验时无需信任任何一方：
每个条目均由作出该行为的一方签名，覆盖全部条目的检查点由双方共同签名。

核验方法：   unipact verify THIS.tar --key A.pub --key B.pub
A.pub 与 B.pub 为双方的公钥，应分别直接取自该方。

entries       各项行为，按顺序排列，每项为一份签名文本
checkpoint    日志的条目数与覆盖全部条目的哈希值，由日志及双方签名
agreements/   条目所指的协议文件，以其 SHA-256 命名
documents/    条目所指的理由、运行文档与报告，以其 SHA-256 命名
完整格式见 unipact 的 docs/reference/log.md。
`;
