BEGIN TRANSACTION;
CREATE TABLE blob (sha256 text primary key, size integer not null, added integer not null);
INSERT INTO "blob" VALUES('79f076abdd19a752db7267bfff2f9022161d120dea919fdaca2ffdfc24ca8c96',4,1767225600000);
CREATE TABLE chunk (sha256 text not null, n integer not null, data blob not null,
  primary key (sha256, n));
INSERT INTO "chunk" VALUES('79f076abdd19a752db7267bfff2f9022161d120dea919fdaca2ffdfc24ca8c96',0,X'6B657074');
CREATE TABLE disclosure (
  number integer primary key autoincrement, id blob not null unique, standing text not null,
  payload text not null
);
INSERT INTO "disclosure" VALUES(1,X'05B32E4A6E061E8E8F9FF87757E067D7','proposed','{"kind":"disclosure","recipient":"某银行","on":"2024-01-01","given":["phone"],"recipient_kind":"other","purpose":null,"legal_basis":null,"consent":"unknown","standing":"proposed","phone":null,"email":null,"marks":[],"because":[],"origin":null,"note":null,"probability":null}');
CREATE TABLE finding (
  number integer primary key autoincrement, id text not null unique, fingerprint text not null,
  payload text not null, state text not null, first_seen integer not null,
  last_seen integer not null, reason text, dismissed_at integer, dismissed_fingerprint text
);
INSERT INTO "finding" VALUES(1,'d0360d8990746165','d51aa37609bb10df','{"rule":"r.x","subject":["x"],"severity":4,"verdict":"not_mine","confidence":0.9,"title":{"key":"core.purpose.pdf","args":{}},"why":[{"text":{"key":"core.purpose.ocr","args":{"n":2,"amount":{"$":"money","v":{"amount":"5","currency":"CNY"}}}},"weight":1.5}],"cites":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],"steps":[],"basis":[],"at":null,"due":null,"facts":{"sum":{"$":"money","v":{"amount":"1.50","currency":"CNY"}},"on":{"$":"date","v":"2026-01-02"},"at":{"$":"datetime","v":"2026-01-01T00:00:00+00:00"},"who":{"$":"text","v":{"key":"core.purpose.ios","args":{}}},"list":["a",2],"none":null}}','dismissed',1767225600000,1767225600000,'mine',1767225600000,'d51aa37609bb10df');
CREATE TABLE model (n integer primary key, version text not null unique);
INSERT INTO "model" VALUES(1,'test-1');
CREATE TABLE origin (
  record integer not null, source integer not null, place text not null,
  primary key (record, source, place)
) without rowid;
INSERT INTO "origin" VALUES(1,2,'line:1');
CREATE TABLE owned (
  number integer primary key autoincrement, id blob not null unique, standing text not null,
  payload text not null
);
INSERT INTO "owned" VALUES(1,X'F0C464C2717C3864572E0046B57E9DE3','confirmed','{"kind":"owned","owned_kind":"card","value":"1234","institution":"某银行","opened":null,"closed":null,"standing":"confirmed","because":[],"extra":{},"origin":null,"probability":null}');
CREATE TABLE record (
  n integer primary key, id blob not null unique, kind text not null, at integer,
  way text, party text, contact text, body text, extra text,
  source integer not null, place text not null,
  label integer, probabilities blob, model integer
);
INSERT INTO "record" VALUES(1,X'6955B93CC0AE7CBB9AAD9C30DC77DB5B','message',1767225660000000,'received','10690000',NULL,'独一无二的秘密短信内容1',NULL,1,'line:1',7,X'8F028F028F028F028F028F028F02F5E88F028F02',1);
INSERT INTO "record" VALUES(2,X'6955B9789A4962A441D257352ADD65D2','message',1767225720000000,'received','10690000',NULL,'独一无二的秘密短信内容2',NULL,1,'line:2',7,X'8F028F028F028F028F028F028F02F5E88F028F02',1);
INSERT INTO "record" VALUES(3,X'6955B900AA68E5434ADD67F28D811603','call',1767225600000000,'missed','02155550000',NULL,NULL,'[0, null, false]',1,'line:9',NULL,NULL,NULL);
INSERT INTO "record" VALUES(4,X'37218EDEFA6F95E515475F9D8DCE3D3D','transaction',1767225600000000,NULL,NULL,NULL,NULL,'{"kind":"transaction","at":"2026-01-01T00:00:00+00:00","precision":"day","flow":"out","amount":{"amount":"12.30","currency":"CNY"},"provider":"alipay","account":null,"counterparty":null,"counterparty_account":null,"category":null,"summary":null,"method":null,"status":null,"order":"1","balance":null,"note":null}',1,'row:1',NULL,NULL,NULL);
CREATE TABLE setting (key text primary key, value text not null) without rowid;
INSERT INTO "setting" VALUES('complete','["card"]');
CREATE TABLE source (
  n integer primary key, sha256 text not null, format text not null, name text not null,
  size integer not null, begun integer, done integer not null default 0,
  items integer not null default 0, program text not null, unique (sha256, format)
);
INSERT INTO "source" VALUES(1,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','sms_backup_restore','sms.xml',100,1767225600000,1,5,'0.1.0');
INSERT INTO "source" VALUES(2,'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','sms_backup_restore','b.xml',100,NULL,0,1,'0.1.0');
CREATE TABLE unreadable (
  source integer not null, place text not null, why text not null, shape text not null,
  primary key (source, place, why)
) without rowid;
INSERT INTO "unreadable" VALUES(1,'line:10','{"key":"core.purpose.pdf","args":{}}','字9');
CREATE INDEX record_time on record (kind, at, n);
CREATE INDEX record_label on record (label, at, n) where label is not null;
CREATE TABLE original (
  n integer primary key, sha256 text not null unique, kind text not null, dpi real not null,
  picture text not null, salt blob not null
);
INSERT INTO "original" VALUES(1,'1111111111111111111111111111111111111111111111111111111111111111','id_front',300.0,'79f076abdd19a752db7267bfff2f9022161d120dea919fdaca2ffdfc24ca8c96',X'0102');
CREATE TABLE copy (
  n integer primary key, id text not null unique, original integer not null,
  recipient text not null, purpose text not null, made text not null, digest text not null,
  packed blob not null, sketch blob not null
);
INSERT INTO "copy" VALUES(1,'0a0b0c0d','1','某银行','办理某业务','2026-01-02','2222','',X'00');
CREATE INDEX copy_original on copy (original, n);
CREATE TABLE commitment (
  n integer primary key autoincrement, original integer not null, digest text not null unique,
  data blob not null, made integer not null
);
INSERT INTO "commitment" VALUES(1,1,'3333',X'7B7D',1767225600000);
CREATE TABLE alias (
  n integer primary key autoincrement, id text not null unique, recipient text not null,
  field text not null, value text not null, made text not null, words text not null
);
INSERT INTO "alias" VALUES(1,'4444','某商店','email_tag','x+y@example.com','2026-01-02','["云杉"]');
CREATE TABLE leak (
  n integer primary key autoincrement, mark text not null, kind text not null,
  recipient text not null, error real not null, source text not null, found integer not null,
  unique (mark, source)
);
INSERT INTO "leak" VALUES(1,'0a0b0c0d','copy','某银行',0.000001,'5555',1767225600000);
COMMIT;
create table matter (
  number integer primary key autoincrement, playbook text not null, country text not null,
  against text not null, opened text not null, known_on text, closed text,
  facts text not null default '{}'
);
create table matter_finding (
  finding integer primary key, matter integer not null
);
create table matter_event (
  n integer primary key autoincrement, matter integer not null, step text not null,
  outcome text not null, day text not null, note text not null, made integer not null
);
create index matter_event_matter on matter_event (matter, n);
create table exhibit (
  number integer primary key autoincrement, matter integer, sha256 text not null,
  name text not null, size integer not null, note text not null, facts text not null,
  added integer not null
);
create table evidence_log (n integer primary key, entry text not null);
create table stamp (
  n integer primary key autoincrement, head text not null, url text not null,
  request blob, reply blob, asked integer not null, got integer
);
insert into matter values (1,'loan_not_mine','cn','海角消费金融有限公司','2026-11-02','2026-11-01',NULL,'{"police.receipt":"编造〔2026〕1号"}');
insert into matter_finding values (1,1);
insert into matter_event values (1,1,'demand','done','2026-11-03','挂号信',1793700000000);
insert into evidence_log values (0,'{"number":0}');
insert into stamp values (1,'{"size":1}','https://tsa.invalid',x'01',NULL,1793700000000,NULL);
