-- How many requests an application made to the Headless API, by the hour.
CREATE TABLE api_usage (
    hour           INTEGER NOT NULL, -- when it began
    application_id INTEGER NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    requests       INTEGER NOT NULL CHECK (requests >= 0),
    failures       INTEGER NOT NULL CHECK (failures BETWEEN 0 AND requests),
    PRIMARY KEY (hour, application_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX api_usage_of_application ON api_usage (application_id);
