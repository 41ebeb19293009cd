-- One row an event; rows are added and never changed.
CREATE TABLE IF NOT EXISTS coordinator_control (
    id             varchar(32)  PRIMARY KEY,
    file_name      varchar(512) NOT NULL,
    base_name      varchar(128) NOT NULL,
    content_md5    varchar(32)  NOT NULL,
    status         varchar(50)  NOT NULL,
    instance_id    varchar(100) NOT NULL,
    attempt_no     integer      NOT NULL DEFAULT 0,
    message        text,
    correlation_id varchar(64),
    created_at     timestamptz  NOT NULL
);

-- The claim: of two runs that meet the same content under the same name, one inserts and the other does not.
CREATE UNIQUE INDEX IF NOT EXISTS uniq_processing_per_base_md5
    ON coordinator_control (base_name, content_md5) WHERE status = 'processing';

CREATE INDEX IF NOT EXISTS idx_control_file_status  ON coordinator_control (file_name, status);
CREATE INDEX IF NOT EXISTS idx_control_base_created ON coordinator_control (base_name, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_control_md5          ON coordinator_control (content_md5);
CREATE INDEX IF NOT EXISTS idx_control_status       ON coordinator_control (status);
