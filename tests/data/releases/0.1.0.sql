--
-- PostgreSQL database dump
--

\restrict vinterkoll

-- Dumped from database version 18.6
-- Dumped by pg_dump version 18.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: note_register_change(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.note_register_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD IS NOT DISTINCT FROM NEW THEN
        RETURN NULL;
    END IF;
    INSERT INTO register_change (author, login, table_name, operation, old, new)
    VALUES (coalesce(nullif(current_setting('vinterkoll.author', true), ''), session_user), session_user,
            TG_TABLE_NAME, TG_OP,
            CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN to_jsonb(OLD) END,
            CASE WHEN TG_OP IN ('INSERT', 'UPDATE') THEN to_jsonb(NEW) END);
    RETURN NULL;
END $$;


--
-- Name: raise_input_version(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.raise_input_version() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    -- once a transaction: a register of 50,000 rows is as many statements
    IF current_setting('vinterkoll.inputs_raised_in', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        UPDATE input_version SET version = version + 1;
        PERFORM set_config('vinterkoll.inputs_raised_in', pg_current_xact_id()::text, true);
    END IF;
    RETURN NULL;
END $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: action_name; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.action_name (
    contractor text NOT NULL,
    text text NOT NULL,
    meaning bigint NOT NULL,
    CONSTRAINT action_name_contractor_check CHECK (((length(contractor) >= 1) AND (length(contractor) <= 64))),
    CONSTRAINT action_name_meaning_check CHECK ((meaning >= 0)),
    CONSTRAINT action_name_text_check CHECK (((length(text) >= 1) AND (length(text) <= 200)))
);


--
-- Name: api_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.api_key (
    key_id integer NOT NULL,
    owner text NOT NULL,
    scope text NOT NULL,
    hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_on date,
    revoked_at timestamp with time zone,
    CONSTRAINT api_key_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT api_key_owner_check CHECK ((owner ~ '^[^[:space:]/+#]{1,64}$'::text)),
    CONSTRAINT api_key_scope_check CHECK ((scope = ANY (ARRAY['ingest'::text, 'read'::text, 'register'::text])))
);


--
-- Name: api_key_key_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.api_key ALTER COLUMN key_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.api_key_key_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: area; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.area (
    area text NOT NULL,
    name text NOT NULL,
    polygon bytea NOT NULL,
    valid_from timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    valid_to timestamp with time zone DEFAULT 'infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT area_is_a_short_word CHECK ((area ~ '^[^[:space:]|]{1,64}$'::text)),
    CONSTRAINT valid_to_is_later CHECK ((valid_from < valid_to))
);


--
-- Name: area_segment; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.area_segment (
    area text NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    segment_id bigint NOT NULL
);


--
-- Name: segment; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.segment (
    segment_id bigint NOT NULL,
    network_id integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    winter_class smallint NOT NULL,
    passes_required smallint NOT NULL,
    length_m double precision NOT NULL,
    start_node bigint NOT NULL,
    end_node bigint NOT NULL,
    geometry bytea NOT NULL,
    extent box NOT NULL,
    one_way smallint DEFAULT 0 NOT NULL,
    CONSTRAINT segment_kind_check CHECK ((kind = ANY (ARRAY['carriageway'::text, 'gc'::text, 'area'::text]))),
    CONSTRAINT segment_length_m_check CHECK ((length_m > (0)::double precision)),
    CONSTRAINT segment_one_way_check CHECK ((one_way = ANY (ARRAY[1, '-1'::integer, 0]))),
    CONSTRAINT segment_passes_required_check CHECK ((passes_required = ANY (ARRAY[1, 2]))),
    CONSTRAINT segment_winter_class_check CHECK (((winter_class >= 1) AND (winter_class <= 5)))
);


--
-- Name: COLUMN segment.network_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.segment.network_id IS 'the version that brought it';


--
-- Name: stretch; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.stretch (
    device_id integer NOT NULL,
    "time" timestamp with time zone NOT NULL,
    seq bigint NOT NULL,
    piece smallint NOT NULL,
    until_time timestamp with time zone NOT NULL,
    segment_id bigint NOT NULL,
    direction smallint NOT NULL,
    from_dm integer NOT NULL,
    to_dm integer NOT NULL,
    actions bigint NOT NULL,
    material_id integer,
    mg_per_m2 integer,
    ul_per_m2 integer,
    width_mm integer,
    CONSTRAINT stretch_direction_check CHECK ((direction = ANY (ARRAY[1, '-1'::integer])))
);


--
-- Name: segment_day; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.segment_day AS
 SELECT segment_id,
    direction,
    actions,
    material_id,
    (date_trunc('day'::text, ("time" AT TIME ZONE 'Europe/Stockholm'::text)) AT TIME ZONE 'Europe/Stockholm'::text) AS "time",
    min("time") AS first_time,
    max("time") AS last_time,
    range_agg(int4range(from_dm, to_dm)) AS covered,
    range_agg(int4range(device_id, (device_id + 1))) AS device_ids,
    sum(((to_dm - from_dm))::numeric) AS driven_dm,
    sum((((mg_per_m2)::numeric * (width_mm)::numeric) * ((to_dm - from_dm))::numeric)) AS mg_mm_dm,
    sum((((ul_per_m2)::numeric * (width_mm)::numeric) * ((to_dm - from_dm))::numeric)) AS ul_mm_dm,
    sum(
        CASE
            WHEN ((mg_per_m2 IS NOT NULL) AND (width_mm IS NOT NULL)) THEN ((to_dm - from_dm))::numeric
            ELSE NULL::numeric
        END) AS weighed_dm,
    sum(
        CASE
            WHEN ((ul_per_m2 IS NOT NULL) AND (width_mm IS NOT NULL)) THEN ((to_dm - from_dm))::numeric
            ELSE NULL::numeric
        END) AS measured_dm
   FROM public.stretch
  GROUP BY segment_id, direction, actions, material_id, ((date_trunc('day'::text, ("time" AT TIME ZONE 'Europe/Stockholm'::text)) AT TIME ZONE 'Europe/Stockholm'::text));


--
-- Name: area_day_segment; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.area_day_segment AS
 SELECT a.area,
    d."time",
    d.until,
    s.kind,
    b.action,
    s.segment_id,
        CASE
            WHEN (s.passes_required = 1) THEN 0
            ELSE (d.direction)::integer
        END AS way,
    d.material_id,
    d.first_time,
    d.last_time,
    d.covered,
    d.device_ids,
    d.driven_dm,
    d.mg_mm_dm,
    d.ul_mm_dm,
    d.weighed_dm,
    d.measured_dm
   FROM ((((( SELECT segment_day.segment_id,
            segment_day.direction,
            segment_day.actions,
            segment_day.material_id,
            segment_day."time",
            segment_day.first_time,
            segment_day.last_time,
            segment_day.covered,
            segment_day.device_ids,
            segment_day.driven_dm,
            segment_day.mg_mm_dm,
            segment_day.ul_mm_dm,
            segment_day.weighed_dm,
            segment_day.measured_dm,
            (((segment_day."time" AT TIME ZONE 'Europe/Stockholm'::text) + '1 day'::interval) AT TIME ZONE 'Europe/Stockholm'::text) AS until
           FROM public.segment_day) d
     JOIN public.segment s USING (segment_id))
     JOIN public.area_segment i USING (segment_id))
     JOIN public.area a ON ((((a.area = i.area) AND (a.valid_from = i.valid_from)) AND (a.valid_from < d.until) AND (a.valid_to >= d.until))))
     CROSS JOIN LATERAL ( SELECT action.action
           FROM generate_series(0, 62) action(action)
          WHERE (((d.actions >> action.action) & (1)::bigint) = 1)) b);


--
-- Name: contract; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.contract (
    contractor text NOT NULL,
    contract text NOT NULL,
    name text NOT NULL,
    areas text[] DEFAULT '{}'::text[] NOT NULL,
    valid_from timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    valid_to timestamp with time zone DEFAULT 'infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT valid_to_is_later CHECK ((valid_from < valid_to))
);


--
-- Name: contractor; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.contractor (
    contractor text NOT NULL,
    name text NOT NULL,
    valid_from timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    valid_to timestamp with time zone DEFAULT 'infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT valid_to_is_later CHECK ((valid_from < valid_to))
);


--
-- Name: delivery; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.delivery (
    worker text NOT NULL,
    supplier text NOT NULL,
    kind text NOT NULL,
    within_s double precision NOT NULL,
    count bigint NOT NULL,
    delay_ms bigint NOT NULL,
    CONSTRAINT delivery_kind_check CHECK ((kind = ANY (ARRAY['position'::text, 'flow'::text, 'snow'::text])))
);


--
-- Name: device; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.device (
    device_id integer NOT NULL,
    kind text NOT NULL,
    owner text NOT NULL,
    name text,
    part text NOT NULL,
    CONSTRAINT device_kind_check CHECK ((kind = ANY (ARRAY['position'::text, 'flow'::text, 'snow'::text, 'stretch'::text]))),
    CONSTRAINT name_of_a_pseudonym_alone_is_forgotten CHECK (((name IS NOT NULL) OR (kind = 'stretch'::text)))
);


--
-- Name: COLUMN device.part; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.device.part IS 'of a sensor: lane, direction, class; of a stretch: its month in UTC, as 2026-01';


--
-- Name: device_device_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.device ALTER COLUMN device_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.device_device_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: evidence; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.evidence (
    hold_id integer NOT NULL,
    contractor text NOT NULL,
    vehicle text NOT NULL,
    device_id integer NOT NULL,
    "time" timestamp with time zone NOT NULL,
    seq bigint NOT NULL,
    digest bigint NOT NULL,
    observation jsonb NOT NULL
);


--
-- Name: fix_flag; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.fix_flag (
    device_id integer NOT NULL,
    "time" timestamp with time zone NOT NULL,
    seq bigint NOT NULL,
    flags smallint NOT NULL,
    CONSTRAINT fix_flag_flags_check CHECK ((flags > 0))
);


--
-- Name: flow; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.flow (
    device_id integer NOT NULL,
    "time" timestamp with time zone NOT NULL,
    seq bigint NOT NULL,
    digest bigint NOT NULL,
    version timestamp with time zone,
    received_at timestamp with time zone NOT NULL,
    period_s double precision,
    intensity real,
    occupancy real,
    speed_kmh real,
    vehicle_length_m real,
    gap_m real,
    headway_s real,
    congested smallint NOT NULL,
    reversed_lane smallint NOT NULL,
    lon double precision,
    lat double precision,
    road_segment text
);


--
-- Name: flow_window; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.flow_window (
    device_id integer NOT NULL,
    "time" timestamp with time zone NOT NULL,
    vehicles double precision,
    speed_kmh double precision,
    occupancy double precision,
    covered_s double precision NOT NULL,
    counted_s double precision NOT NULL
);


--
-- Name: flow_day; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.flow_day AS
 SELECT device_id,
    date_trunc('day'::text, "time", 'Europe/Stockholm'::text) AS "time",
    sum((vehicles)::numeric) AS vehicles,
    sum((counted_s)::numeric) AS counted_s,
    sum((covered_s)::numeric) AS covered_s,
    sum(((speed_kmh)::numeric * (vehicles)::numeric)) AS speed_kmh_vehicles,
    sum(
        CASE
            WHEN (speed_kmh IS NOT NULL) THEN (vehicles)::numeric
            ELSE NULL::numeric
        END) AS speed_vehicles,
    sum(((occupancy)::numeric * (covered_s)::numeric)) AS occupied_s,
    sum(
        CASE
            WHEN (occupancy IS NOT NULL) THEN (covered_s)::numeric
            ELSE NULL::numeric
        END) AS occupancy_covered_s
   FROM public.flow_window
  GROUP BY device_id, (date_trunc('day'::text, "time", 'Europe/Stockholm'::text));


--
-- Name: flow_hour; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.flow_hour AS
 SELECT device_id,
    date_trunc('hour'::text, "time", 'UTC'::text) AS "time",
    sum((vehicles)::numeric) AS vehicles,
    sum((counted_s)::numeric) AS counted_s,
    sum((covered_s)::numeric) AS covered_s,
    sum(((speed_kmh)::numeric * (vehicles)::numeric)) AS speed_kmh_vehicles,
    sum(
        CASE
            WHEN (speed_kmh IS NOT NULL) THEN (vehicles)::numeric
            ELSE NULL::numeric
        END) AS speed_vehicles,
    sum(((occupancy)::numeric * (covered_s)::numeric)) AS occupied_s,
    sum(
        CASE
            WHEN (occupancy IS NOT NULL) THEN (covered_s)::numeric
            ELSE NULL::numeric
        END) AS occupancy_covered_s
   FROM public.flow_window
  GROUP BY device_id, (date_trunc('hour'::text, "time", 'UTC'::text));


--
-- Name: hold; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.hold (
    hold_id integer NOT NULL,
    contractor text NOT NULL,
    contract text NOT NULL,
    event text,
    from_time timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    until_time timestamp with time zone DEFAULT 'infinity'::timestamp with time zone NOT NULL,
    reason text NOT NULL,
    added_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT hold_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT until_time_is_later CHECK ((from_time < until_time))
);


--
-- Name: hold_hold_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.hold ALTER COLUMN hold_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.hold_hold_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: ingest_status; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ingest_status (
    worker text NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    last_received_at timestamp with time zone,
    last_event_at timestamp with time zone,
    lag_s double precision,
    messages bigint NOT NULL,
    rows bigint NOT NULL,
    duplicates bigint NOT NULL,
    rejects bigint NOT NULL,
    connected boolean
);


--
-- Name: input_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.input_version (
    one boolean DEFAULT true NOT NULL,
    version bigint NOT NULL,
    derivation integer DEFAULT 0 NOT NULL,
    CONSTRAINT input_version_one_check CHECK (one)
);


--
-- Name: kafka_offset; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.kafka_offset (
    group_id text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    lag bigint,
    lag_at timestamp with time zone,
    CONSTRAINT kafka_offset_check CHECK (((lag IS NULL) = (lag_at IS NULL))),
    CONSTRAINT kafka_offset_lag_check CHECK ((lag >= 0)),
    CONSTRAINT kafka_offset_next_offset_check CHECK ((next_offset >= 0))
);


--
-- Name: material; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.material (
    material_id integer NOT NULL,
    name text NOT NULL
);


--
-- Name: material_material_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.material ALTER COLUMN material_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.material_material_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: network; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.network (
    network_id integer NOT NULL,
    name text NOT NULL,
    generated boolean NOT NULL,
    digest text NOT NULL,
    loaded_at timestamp with time zone DEFAULT now() NOT NULL,
    valid_from timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL
);


--
-- Name: COLUMN network.digest; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.network.digest IS 'of what the version holds';


--
-- Name: network_network_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.network ALTER COLUMN network_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.network_network_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: network_segment; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.network_segment (
    network_id integer NOT NULL,
    segment_id bigint NOT NULL
);


--
-- Name: network_validity; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.network_validity AS
 SELECT network_id,
    name,
    generated,
    digest,
    valid_from,
    lead(valid_from) OVER (ORDER BY valid_from, network_id) AS valid_until
   FROM public.network;


--
-- Name: position; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."position" (
    device_id integer NOT NULL,
    "time" timestamp with time zone NOT NULL,
    seq bigint NOT NULL,
    digest bigint NOT NULL,
    version timestamp with time zone,
    received_at timestamp with time zone NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    speed_kmh real,
    heading_deg real,
    accuracy_m real,
    hdop real,
    actions bigint NOT NULL,
    unknown_actions text,
    plough_known smallint NOT NULL,
    plough_down smallint NOT NULL,
    spread_material text,
    spread_g_per_m2 real,
    spread_ml_per_m2 real,
    spread_width_m real,
    spread_symmetry text,
    area text,
    contract text,
    event text,
    odometer_m double precision,
    line bigint
);


--
-- Name: raw_horizon; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.raw_horizon (
    one boolean DEFAULT true NOT NULL,
    "time" timestamp with time zone NOT NULL,
    kept_house_at timestamp with time zone DEFAULT now() CONSTRAINT raw_horizon_raised_at_not_null NOT NULL,
    CONSTRAINT raw_horizon_one_check CHECK (one)
);


--
-- Name: rederivation; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.rederivation (
    rederivation_id integer NOT NULL,
    from_time timestamp with time zone NOT NULL,
    until_time timestamp with time zone,
    due_since timestamp with time zone DEFAULT now() NOT NULL,
    device_id integer NOT NULL
);


--
-- Name: rederivation_rederivation_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.rederivation ALTER COLUMN rederivation_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.rederivation_rederivation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: register_change; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.register_change (
    change_id bigint NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    author text NOT NULL,
    login text NOT NULL,
    table_name text NOT NULL,
    operation text NOT NULL,
    old jsonb,
    new jsonb,
    CONSTRAINT register_change_operation_check CHECK ((operation = ANY (ARRAY['INSERT'::text, 'UPDATE'::text, 'DELETE'::text, 'TRUNCATE'::text])))
);


--
-- Name: register_change_change_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.register_change ALTER COLUMN change_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.register_change_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: reject; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.reject (
    reject_id bigint NOT NULL,
    message_id bigint NOT NULL,
    received_at timestamp with time zone NOT NULL,
    item integer NOT NULL,
    code text NOT NULL,
    field text NOT NULL,
    detail text NOT NULL,
    replayed_at timestamp with time zone
);


--
-- Name: reject_message; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.reject_message (
    message_id bigint NOT NULL,
    received_at timestamp with time zone NOT NULL,
    source text NOT NULL,
    topic text NOT NULL,
    format text NOT NULL,
    owner text NOT NULL,
    payload bytea NOT NULL
);


--
-- Name: reject_message_message_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.reject_message ALTER COLUMN message_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.reject_message_message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: reject_reject_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.reject ALTER COLUMN reject_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.reject_reject_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: schema_migration; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schema_migration (
    version integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: sensor; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sensor (
    sensor text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    mounting_height_m double precision,
    period_s double precision,
    owner text,
    valid_from timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    valid_to timestamp with time zone DEFAULT 'infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT owner_is_a_topic_level CHECK ((owner ~ '^[^[:space:]/+#]{1,64}$'::text)),
    CONSTRAINT period_s_is_at_most_an_hour CHECK (((period_s > (0)::double precision) AND (period_s <= (3600)::double precision))),
    CONSTRAINT sensor_check CHECK ((((lon >= ('-180'::integer)::double precision) AND (lon <= (180)::double precision)) AND ((lat >= ('-90'::integer)::double precision) AND (lat <= (90)::double precision)))),
    CONSTRAINT sensor_check1 CHECK (((kind = 'flow'::text) OR (mounting_height_m IS NOT NULL))),
    CONSTRAINT sensor_kind_check CHECK ((kind = ANY (ARRAY['flow'::text, 'snow'::text]))),
    CONSTRAINT sensor_mounting_height_m_check CHECK (((mounting_height_m > (0)::double precision) AND (mounting_height_m < (100)::double precision))),
    CONSTRAINT valid_to_is_later CHECK ((valid_from < valid_to))
);


--
-- Name: snow; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.snow (
    device_id integer NOT NULL,
    "time" timestamp with time zone NOT NULL,
    seq bigint NOT NULL,
    digest bigint NOT NULL,
    version timestamp with time zone,
    received_at timestamp with time zone NOT NULL,
    distance_m real,
    depth_m real,
    battery_v real,
    lon double precision,
    lat double precision
);


--
-- Name: snow_depth; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.snow_depth AS
 SELECT DISTINCT ON (o.device_id, o."time", o.seq) d.name AS sensor,
    o.device_id,
    o."time",
    o.seq,
    COALESCE((o.depth_m)::double precision, (s.mounting_height_m - o.distance_m)) AS depth_m,
    COALESCE(s.lon, o.lon) AS lon,
    COALESCE(s.lat, o.lat) AS lat,
    COALESCE(s.name, d.name) AS name,
    (s.sensor IS NOT NULL) AS registered,
    o.battery_v
   FROM ((public.snow o
     JOIN public.device d USING (device_id))
     LEFT JOIN public.sensor s ON (((s.sensor = d.name) AND (s.kind = 'snow'::text) AND (s.valid_from <= o."time") AND (o."time" < s.valid_to))))
  ORDER BY o.device_id, o."time", o.seq, o.version DESC NULLS LAST, o.digest DESC;


--
-- Name: spread_day; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.spread_day AS
 SELECT area_day_segment.area,
    area_day_segment."time",
    area_day_segment.kind,
    area_day_segment.action,
    m.name AS material,
        CASE
            WHEN (sum(area_day_segment.weighed_dm) = sum(area_day_segment.driven_dm)) THEN round((sum(area_day_segment.mg_mm_dm) / '10000000000'::numeric), 3)
            ELSE NULL::numeric
        END AS kg,
        CASE
            WHEN (sum(area_day_segment.measured_dm) = sum(area_day_segment.driven_dm)) THEN round((sum(area_day_segment.ul_mm_dm) / '10000000000'::numeric), 3)
            ELSE NULL::numeric
        END AS litres
   FROM (public.area_day_segment
     LEFT JOIN public.material m USING (material_id))
  GROUP BY area_day_segment.area, area_day_segment."time", area_day_segment.kind, area_day_segment.action, m.name;


--
-- Name: tally; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tally (
    supplier text NOT NULL,
    what text NOT NULL,
    name text NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT tally_what_check CHECK ((what = ANY (ARRAY['reject'::text, 'flag'::text])))
);


--
-- Name: threshold; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.threshold (
    name text NOT NULL,
    value double precision NOT NULL,
    CONSTRAINT threshold_value_check CHECK (((value > (0)::double precision) AND (value < 'Infinity'::double precision)))
);


--
-- Name: treatment; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.treatment (
    segment_id bigint NOT NULL,
    direction smallint NOT NULL,
    action smallint NOT NULL,
    "time" timestamp with time zone NOT NULL,
    share real NOT NULL,
    device_id integer NOT NULL,
    first_time timestamp with time zone NOT NULL,
    device_ids integer[] NOT NULL,
    spread jsonb,
    CONSTRAINT treatment_direction_check CHECK ((direction = ANY (ARRAY[1, '-1'::integer, 0])))
);


--
-- Name: COLUMN treatment.spread; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.treatment.spread IS 'material, kg, litres, g_per_m2, ml_per_m2, width_m; null where nobody knows';


--
-- Name: treatment_day; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.treatment_day AS
 SELECT t.area,
    t."time",
    t.until,
    t.kind,
    t.action,
    n.network_m,
    (t.treated_dm / 10.0) AS treated_m,
    (t.driven_dm / 10.0) AS driven_m,
    t.segments,
    t.first_time,
    t.last_time,
    v.vehicles,
    v.contractors
   FROM ((( SELECT c.area,
            c."time",
            c.until,
            c.kind,
            c.action,
            count(DISTINCT c.segment_id) AS segments,
            sum(c.covered_dm) AS treated_dm,
            sum(c.driven_dm) AS driven_dm,
            min(c.first_time) AS first_time,
            max(c.last_time) AS last_time,
            range_agg(c.device_ids) AS device_ids
           FROM ( SELECT w.area,
                    w."time",
                    w.until,
                    w.kind,
                    w.action,
                    w.segment_id,
                    w.way,
                    w.covered,
                    w.device_ids,
                    w.driven_dm,
                    w.first_time,
                    w.last_time,
                    ( SELECT sum((upper(part.part) - lower(part.part))) AS sum
                           FROM unnest(w.covered) part(part)) AS covered_dm
                   FROM ( SELECT area_day_segment.area,
                            area_day_segment."time",
                            area_day_segment.until,
                            area_day_segment.kind,
                            area_day_segment.action,
                            area_day_segment.segment_id,
                            area_day_segment.way,
                            range_agg(area_day_segment.covered) AS covered,
                            range_agg(area_day_segment.device_ids) AS device_ids,
                            sum(area_day_segment.driven_dm) AS driven_dm,
                            min(area_day_segment.first_time) AS first_time,
                            max(area_day_segment.last_time) AS last_time
                           FROM public.area_day_segment
                          GROUP BY area_day_segment.area, area_day_segment."time", area_day_segment.until, area_day_segment.kind, area_day_segment.action, area_day_segment.segment_id, area_day_segment.way) w) c
          GROUP BY c.area, c."time", c.until, c.kind, c.action) t
     CROSS JOIN LATERAL ( SELECT sum((s.length_m * (s.passes_required)::double precision)) AS network_m
           FROM ((((public.network_validity y
             JOIN public.network_segment USING (network_id))
             JOIN public.segment s USING (segment_id))
             JOIN public.area_segment i USING (segment_id))
             JOIN public.area a ON ((((a.area = i.area) AND (a.valid_from = i.valid_from)) AND (a.valid_from < t.until) AND (a.valid_to >= t.until))))
          WHERE ((a.area = t.area) AND (s.kind = t.kind) AND (y.valid_from < t.until) AND ((y.valid_until IS NULL) OR (y.valid_until >= t.until)))) n)
     CROSS JOIN LATERAL ( SELECT count(*) AS vehicles,
            array_agg(DISTINCT device.owner ORDER BY device.owner) AS contractors
           FROM (unnest(t.device_ids) ids(ids)
             JOIN public.device ON (((device.device_id >= lower(ids.ids)) AND (device.device_id < upper(ids.ids)))))) v);


--
-- Name: vehicle; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.vehicle (
    contractor text NOT NULL,
    vehicle text NOT NULL,
    name text NOT NULL,
    kinds text[] DEFAULT '{carriageway}'::text[] NOT NULL,
    contract text,
    valid_from timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    valid_to timestamp with time zone DEFAULT 'infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT valid_to_is_later CHECK ((valid_from < valid_to)),
    CONSTRAINT vehicle_kinds_check CHECK (((kinds <@ ARRAY['carriageway'::text, 'gc'::text, 'area'::text]) AND (cardinality(kinds) > 0)))
);


--
-- Data for Name: action_name; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.action_name (contractor, text, meaning) FROM stdin;
snow	Plogning	1
\.


--
-- Data for Name: api_key; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.api_key (key_id, owner, scope, hash, created_at, last_used_on, revoked_at) FROM stdin;
1	snow	ingest	\\x476f7a244403e5f7c605cea9513935b983022732c428a20570437a4a19ba2d05	2026-01-15 08:00:00+00	\N	\N
\.


--
-- Data for Name: area; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.area (area, name, polygon, valid_from, valid_to) FROM stdin;
centrum	Centrum	\\x0103000000010000000500000000000000000032400000000000804f4000000000000033400000000000804f40000000000000334000000000000050400000000000003240000000000000504000000000000032400000000000804f40	-infinity	infinity
\.


--
-- Data for Name: area_segment; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.area_segment (area, valid_from, segment_id) FROM stdin;
centrum	-infinity	1
centrum	-infinity	2
centrum	-infinity	3
centrum	-infinity	4
centrum	-infinity	5
centrum	-infinity	101
centrum	-infinity	102
centrum	-infinity	103
centrum	-infinity	104
\.


--
-- Data for Name: contract; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.contract (contractor, contract, name, areas, valid_from, valid_to) FROM stdin;
snow	2025-17	Vinterväghållning	{centrum}	-infinity	infinity
\.


--
-- Data for Name: contractor; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.contractor (contractor, name, valid_from, valid_to) FROM stdin;
snow	Snö AB	-infinity	infinity
rain	Regn AB	-infinity	infinity
\.


--
-- Data for Name: delivery; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.delivery (worker, supplier, kind, within_s, count, delay_ms) FROM stdin;
test	snow	position	21600	30	423538000
test	snow	position	86400	118	2761830000
test		flow	21600	7	46200000
test		snow	21600	5	28500000
\.


--
-- Data for Name: device; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.device (device_id, kind, owner, name, part) FROM stdin;
1	position	snow	v0	
-1549552083	stretch	snow	v0	2025-12
2	position	rain	r1	
4	position	snow	v1	
5	flow		urn:ngsi-ld:TrafficFlowObserved:c0	
6	flow		urn:ngsi-ld:TrafficFlowObserved:c1	
7	snow		0004a30b001c0530	
-1843899560	stretch	snow	v1	2026-01
-1237550762	stretch	snow	v0	2026-01
\.


--
-- Data for Name: evidence; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.evidence (hold_id, contractor, vehicle, device_id, "time", seq, digest, observation) FROM stdin;
1	snow	v0	1	2025-12-10 23:59:00+00	0	5814934256694320521	{"lat": 63.2874397, "lon": 18.710272, "seq": 0, "area": null, "hdop": null, "line": null, "time": "2025-12-10T23:59:00+00:00", "event": null, "digest": 5814934256694320521, "actions": 512, "version": null, "contract": null, "device_id": 1, "speed_kmh": 30, "accuracy_m": null, "odometer_m": null, "heading_deg": null, "plough_down": 0, "received_at": "2025-12-11T02:00:00+00:00", "plough_known": 0, "spread_width_m": null, "spread_g_per_m2": 150, "spread_material": "sand", "spread_symmetry": null, "unknown_actions": null, "spread_ml_per_m2": null}
1	snow	v0	1	2025-12-10 23:59:05+00	0	5568914339902698370	{"lat": 63.2874638, "lon": 18.7110316, "seq": 0, "area": null, "hdop": null, "line": null, "time": "2025-12-10T23:59:05+00:00", "event": null, "digest": 5568914339902698370, "actions": 512, "version": null, "contract": null, "device_id": 1, "speed_kmh": 30, "accuracy_m": null, "odometer_m": null, "heading_deg": null, "plough_down": 0, "received_at": "2025-12-11T02:00:00+00:00", "plough_known": 0, "spread_width_m": null, "spread_g_per_m2": 150, "spread_material": "sand", "spread_symmetry": null, "unknown_actions": null, "spread_ml_per_m2": null}
1	snow	v0	1	2025-12-10 23:59:10+00	0	-2727277506735605493	{"lat": 63.2874001, "lon": 18.7116991, "seq": 0, "area": null, "hdop": null, "line": null, "time": "2025-12-10T23:59:10+00:00", "event": null, "digest": -2727277506735605493, "actions": 512, "version": null, "contract": null, "device_id": 1, "speed_kmh": 30, "accuracy_m": null, "odometer_m": null, "heading_deg": null, "plough_down": 0, "received_at": "2025-12-11T02:00:00+00:00", "plough_known": 0, "spread_width_m": null, "spread_g_per_m2": 150, "spread_material": "sand", "spread_symmetry": null, "unknown_actions": null, "spread_ml_per_m2": null}
1	snow	v0	1	2025-12-10 23:59:15+00	0	-3290005511198021465	{"lat": 63.2874228, "lon": 18.7124554, "seq": 0, "area": null, "hdop": null, "line": null, "time": "2025-12-10T23:59:15+00:00", "event": null, "digest": -3290005511198021465, "actions": 512, "version": null, "contract": null, "device_id": 1, "speed_kmh": 30, "accuracy_m": null, "odometer_m": null, "heading_deg": null, "plough_down": 0, "received_at": "2025-12-11T02:00:00+00:00", "plough_known": 0, "spread_width_m": null, "spread_g_per_m2": 150, "spread_material": "sand", "spread_symmetry": null, "unknown_actions": null, "spread_ml_per_m2": null}
1	snow	v0	1	2025-12-10 23:59:20+00	0	-7682307756738391874	{"lat": 63.2875678, "lon": 18.7130887, "seq": 0, "area": null, "hdop": null, "line": null, "time": "2025-12-10T23:59:20+00:00", "event": null, "digest": -7682307756738391874, "actions": 512, "version": null, "contract": null, "device_id": 1, "speed_kmh": 30, "accuracy_m": null, "odometer_m": null, "heading_deg": null, "plough_down": 0, "received_at": "2025-12-11T02:00:00+00:00", "plough_known": 0, "spread_width_m": null, "spread_g_per_m2": 150, "spread_material": "sand", "spread_symmetry": null, "unknown_actions": null, "spread_ml_per_m2": null}
1	snow	v0	1	2025-12-10 23:59:25+00	0	5766627526609047650	{"lat": 63.2879073, "lon": 18.7133329, "seq": 0, "area": null, "hdop": null, "line": null, "time": "2025-12-10T23:59:25+00:00", "event": null, "digest": 5766627526609047650, "actions": 512, "version": null, "contract": null, "device_id": 1, "speed_kmh": 30, "accuracy_m": null, "odometer_m": null, "heading_deg": null, "plough_down": 0, "received_at": "2025-12-11T02:00:00+00:00", "plough_known": 0, "spread_width_m": null, "spread_g_per_m2": 150, "spread_material": "sand", "spread_symmetry": null, "unknown_actions": null, "spread_ml_per_m2": null}
1	snow	v0	1	2025-12-10 23:59:30+00	0	2817628273250548905	{"lat": 63.2882799, "lon": 18.7131902, "seq": 0, "area": null, "hdop": null, "line": null, "time": "2025-12-10T23:59:30+00:00", "event": null, "digest": 2817628273250548905, "actions": 512, "version": null, "contract": null, "device_id": 1, "speed_kmh": 30, "accuracy_m": null, "odometer_m": null, "heading_deg": null, "plough_down": 0, "received_at": "2025-12-11T02:00:00+00:00", "plough_known": 0, "spread_width_m": null, "spread_g_per_m2": 150, "spread_material": "sand", "spread_symmetry": null, "unknown_actions": null, "spread_ml_per_m2": null}
1	snow	v0	1	2025-12-10 23:59:35+00	0	6332350396117662172	{"lat": 63.2881907, "lon": 18.7125473, "seq": 0, "area": null, "hdop": null, "line": null, "time": "2025-12-10T23:59:35+00:00", "event": null, "digest": 6332350396117662172, "actions": 512, "version": null, "contract": null, "device_id": 1, "speed_kmh": 30, "accuracy_m": null, "odometer_m": null, "heading_deg": null, "plough_down": 0, "received_at": "2025-12-11T02:00:00+00:00", "plough_known": 0, "spread_width_m": null, "spread_g_per_m2": 150, "spread_material": "sand", "spread_symmetry": null, "unknown_actions": null, "spread_ml_per_m2": null}
1	snow	v0	1	2025-12-10 23:59:40+00	0	-4650431861038529731	{"lat": 63.2880295, "lon": 18.7119125, "seq": 0, "area": null, "hdop": null, "line": null, "time": "2025-12-10T23:59:40+00:00", "event": null, "digest": -4650431861038529731, "actions": 512, "version": null, "contract": null, "device_id": 1, "speed_kmh": 30, "accuracy_m": null, "odometer_m": null, "heading_deg": null, "plough_down": 0, "received_at": "2025-12-11T02:00:00+00:00", "plough_known": 0, "spread_width_m": null, "spread_g_per_m2": 150, "spread_material": "sand", "spread_symmetry": null, "unknown_actions": null, "spread_ml_per_m2": null}
1	snow	v0	1	2025-12-10 23:59:45+00	0	-6195832594277486012	{"lat": 63.2876238, "lon": 18.7119116, "seq": 0, "area": null, "hdop": null, "line": null, "time": "2025-12-10T23:59:45+00:00", "event": null, "digest": -6195832594277486012, "actions": 512, "version": null, "contract": null, "device_id": 1, "speed_kmh": 30, "accuracy_m": null, "odometer_m": null, "heading_deg": null, "plough_down": 0, "received_at": "2025-12-11T02:00:00+00:00", "plough_known": 0, "spread_width_m": null, "spread_g_per_m2": 150, "spread_material": "sand", "spread_symmetry": null, "unknown_actions": null, "spread_ml_per_m2": null}
1	snow	v0	1	2025-12-10 23:59:50+00	0	-6056718075877687552	{"lat": 63.2874361, "lon": 18.7115955, "seq": 0, "area": null, "hdop": null, "line": null, "time": "2025-12-10T23:59:50+00:00", "event": null, "digest": -6056718075877687552, "actions": 512, "version": null, "contract": null, "device_id": 1, "speed_kmh": 30, "accuracy_m": null, "odometer_m": null, "heading_deg": null, "plough_down": 0, "received_at": "2025-12-11T02:00:00+00:00", "plough_known": 0, "spread_width_m": null, "spread_g_per_m2": 150, "spread_material": "sand", "spread_symmetry": null, "unknown_actions": null, "spread_ml_per_m2": null}
1	snow	v0	1	2025-12-10 23:59:55+00	0	7344148542276044082	{"lat": 63.2874408, "lon": 18.710902, "seq": 0, "area": null, "hdop": null, "line": null, "time": "2025-12-10T23:59:55+00:00", "event": null, "digest": 7344148542276044082, "actions": 512, "version": null, "contract": null, "device_id": 1, "speed_kmh": 30, "accuracy_m": null, "odometer_m": null, "heading_deg": null, "plough_down": 0, "received_at": "2025-12-11T02:00:00+00:00", "plough_known": 0, "spread_width_m": null, "spread_g_per_m2": 150, "spread_material": "sand", "spread_symmetry": null, "unknown_actions": null, "spread_ml_per_m2": null}
\.


--
-- Data for Name: fix_flag; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.fix_flag (device_id, "time", seq, flags) FROM stdin;
1	2026-01-15 00:02:40+00	0	1
1	2026-01-15 00:02:50+00	0	1
1	2026-01-15 00:02:55+00	2	16
1	2026-01-15 00:02:55+00	3	16
1	2026-01-15 00:02:55+00	4	16
1	2026-01-15 00:02:55+00	5	16
1	2026-01-15 00:33:19+00	0	2
1	2026-01-15 00:33:24+00	0	2
1	2026-01-15 00:33:29+00	0	2
1	2026-01-15 00:33:39+00	0	2
1	2026-01-15 00:34:09+00	0	8
4	2026-01-14 23:59:00+00	0	1
4	2026-01-15 00:14:09+00	0	1
4	2026-01-15 01:35:44+00	0	1
4	2026-01-15 01:50:24+00	0	1
4	2026-01-15 01:50:29+00	0	1
4	2026-01-15 01:55:44+00	0	8
\.


--
-- Data for Name: flow; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.flow (device_id, "time", seq, digest, version, received_at, period_s, intensity, occupancy, speed_kmh, vehicle_length_m, gap_m, headway_s, congested, reversed_lane, lon, lat, road_segment) FROM stdin;
5	2026-01-15 00:01:00+00	0	3816927390910026791	\N	2026-01-15 02:00:00+00	60	27	0.27	71.3	\N	\N	\N	-1	-1	\N	\N	\N
6	2026-01-15 00:05:00+00	0	8528276746983373703	2026-01-16 23:59:00+00	2026-01-15 02:00:00+00	60	12	0.12	30.5	\N	\N	\N	-1	-1	\N	\N	\N
5	2026-01-15 00:18:00+00	0	7662078919747102406	\N	2026-01-15 02:00:00+00	60	19	0.19	30.5	\N	\N	\N	-1	-1	\N	\N	\N
6	2026-01-15 00:07:00+00	0	-6527151749913566342	\N	2026-01-15 02:00:00+00	\N	35	0.35	30.5	\N	\N	\N	-1	-1	\N	\N	\N
5	2026-01-15 00:18:00+00	0	-1152741927331322232	2026-01-17 23:59:00+00	2026-01-15 02:00:00+00	\N	9	0.09	71.3	\N	\N	\N	-1	-1	\N	\N	\N
6	2026-01-15 00:02:00+00	0	8953059625792498750	\N	2026-01-15 02:00:00+00	300	16	0.16	71.3	\N	\N	\N	-1	-1	\N	\N	\N
5	2026-01-15 00:19:00+00	0	398711047493885754	2026-01-17 23:59:00+00	2026-01-15 02:00:00+00	\N	21	0.21	71.3	\N	\N	\N	-1	-1	\N	\N	\N
\.


--
-- Data for Name: flow_window; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.flow_window (device_id, "time", vehicles, speed_kmh, occupancy, covered_s, counted_s) FROM stdin;
5	2026-01-15 00:00:00+00	27	71.30000305175781	0.27000001072883606	60	60
5	2026-01-15 00:15:00+00	7.800000000000001	71.30000305175781	0.13000000019868216	120	180
5	2026-01-15 00:20:00+00	22.2	71.30000305175781	0.15857142635754176	240	420
6	2026-01-15 00:00:00+00	9.6	71.30000305175781	0.1599999964237213	180	180
6	2026-01-15 00:05:00+00	18.4	44.69130540930706	0.1466666633884112	120	180
\.


--
-- Data for Name: hold; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.hold (hold_id, contractor, contract, event, from_time, until_time, reason, added_at, ended_at) FROM stdin;
1	snow	2025-17	\N	-infinity	2025-12-16 00:00:00+00	case KS 2026:114	2026-01-15 08:00:00+00	\N
\.


--
-- Data for Name: ingest_status; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.ingest_status (worker, updated_at, last_received_at, last_event_at, lag_s, messages, rows, duplicates, rejects, connected) FROM stdin;
test	2026-01-15 08:00:00+00	2026-01-15 07:00:00+00	2026-01-15 02:10:49+00	0	96	160	0	3	\N
\.


--
-- Data for Name: input_version; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.input_version (one, version, derivation) FROM stdin;
t	18	3
\.


--
-- Data for Name: kafka_offset; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.kafka_offset (group_id, topic, partition, next_offset, lag, lag_at) FROM stdin;
vinterkoll	vinterkoll.messages	0	160	\N	\N
\.


--
-- Data for Name: material; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.material (material_id, name) FROM stdin;
1	sand
2	SALT
\.


--
-- Data for Name: network; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.network (network_id, name, generated, digest, loaded_at, valid_from) FROM stdin;
1	town	t	town	2026-01-15 08:00:00+00	1970-01-01 00:00:00+00
2	town	t	rebuilt	2026-01-15 08:00:00+00	2026-01-15 00:02:00+00
\.


--
-- Data for Name: network_segment; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.network_segment (network_id, segment_id) FROM stdin;
1	1
1	2
1	3
1	4
1	5
2	101
2	102
2	103
2	104
\.


--
-- Data for Name: position; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public."position" (device_id, "time", seq, digest, version, received_at, lon, lat, speed_kmh, heading_deg, accuracy_m, hdop, actions, unknown_actions, plough_known, plough_down, spread_material, spread_g_per_m2, spread_ml_per_m2, spread_width_m, spread_symmetry, area, contract, event, odometer_m, line) FROM stdin;
1	2026-01-15 00:26:19+00	0	-3050781079198590447	\N	2026-01-15 07:00:00+00	18.7132666	63.2880927	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:02:55+00	0	-939298862799405923	\N	2026-01-15 07:00:00+00	18.7124989	63.2874652	\N	\N	60	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 00:50:29+00	0	-8925518704124011728	\N	2026-01-15 07:00:00+00	18.7206174	63.2880017	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 00:28:49+00	0	-8872254013605904174	\N	2026-01-15 07:00:00+00	18.7115853	63.2874158	30	\N	\N	\N	129	\N	0	0	SALT	0	0	6	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:04+00	0	7269894890194710458	\N	2026-01-15 07:00:00+00	18.7118716	63.2877875	30	\N	\N	\N	129	\N	0	0	sand	150	\N	3	\N	\N	\N	\N	\N	\N
4	2026-01-15 00:35:39+00	0	6011929431780111961	\N	2026-01-15 07:00:00+00	19.1100149	63.2765098	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-14 23:59:00+00	0	6508219878638665376	\N	2026-01-15 07:00:00+00	18.7191474	63.2878812	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 01:55:29+00	0	-1878942128295915304	\N	2026-01-15 07:00:00+00	18.7127014	63.2874903	30	\N	\N	\N	1048577	Saltning	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:34:04+00	0	1004168419339865765	\N	2026-01-15 07:00:00+00	18.7119628	63.2875839	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-14 23:59:20+00	0	-593111923878080345	\N	2026-01-15 07:00:00+00	18.7118854	63.2875701	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:26:09+00	0	-2965312269151984488	\N	2026-01-15 07:00:00+00	18.7129524	63.2874426	30	\N	\N	\N	129	\N	0	0	SALT	12.3	4	6	\N	\N	\N	\N	\N	\N
4	2026-01-15 00:50:34+00	0	-1051846883601384301	\N	2026-01-15 07:00:00+00	18.7179206	63.2879249	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 01:20:49+00	0	-8081785542736271502	\N	2026-01-15 07:00:00+00	18.7132403	63.2881639	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:44+00	0	5688367938555757290	\N	2026-01-15 07:00:00+00	18.7101861	63.2874222	30	\N	\N	\N	65	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 01:20:29+00	0	2328591124154138356	\N	2026-01-15 07:00:00+00	18.7112723	63.2874383	30	\N	\N	\N	129	\N	0	0	\N	\N	20.05	0	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:25:54+00	0	-6245560286914423737	\N	2026-01-15 07:00:00+00	18.7105215	63.2874614	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-14 23:59:00+00	0	5956681607009953228	\N	2026-01-15 07:00:00+00	18.7130833	63.2875812	\N	\N	\N	12	64	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:02:40+00	0	5032601512221474206	\N	2026-01-15 07:00:00+00	18.7106953	63.2874495	\N	\N	\N	12	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:02:50+00	0	-6945716386788453242	\N	2026-01-15 07:00:00+00	18.7117232	63.2874232	\N	\N	\N	12	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:18:44+00	0	8947777073976583663	\N	2026-01-15 07:00:00+00	18.7101861	63.2874222	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:39+00	0	-3241119870963965300	\N	2026-01-15 07:00:00+00	18.7132123	63.2877169	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:25:49+00	0	4027533747288466035	\N	2026-01-15 07:00:00+00	18.7110309	63.2875175	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:29+00	0	5688367938555757290	\N	2026-01-15 07:00:00+00	18.7101861	63.2874222	30	\N	\N	\N	65	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:26:24+00	0	-5736963147609385453	\N	2026-01-15 07:00:00+00	18.7127922	63.2882188	30	\N	\N	\N	1048576	Plogning	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 01:55:39+00	0	-3668000298006630563	\N	2026-01-15 07:00:00+00	18.713254	63.2879984	30	\N	\N	\N	65	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-14 23:59:15+00	0	71114379849032264	\N	2026-01-15 07:00:00+00	18.7180332	63.2876983	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:03:15+00	0	-1203218841975858753	\N	2026-01-15 07:00:00+00	18.7124392	63.2881392	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:24+00	0	8947777073976583663	\N	2026-01-15 07:00:00+00	18.7101861	63.2874222	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 01:50:29+00	0	7486834981097435504	\N	2026-01-15 07:00:00+00	18.7103088	63.2874506	\N	\N	\N	12	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:34:24+00	0	6532198939760150151	\N	2026-01-15 07:00:00+00	18.7116695	63.2873999	30	\N	\N	\N	1048576	Plogning	0	0	SALT	7.7	0	4.5	\N	\N	\N	\N	\N	\N
4	2026-01-15 01:20:39+00	0	8016810067309129266	\N	2026-01-15 07:00:00+00	18.718752	63.28733	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:25:59+00	0	-2431002297531718481	\N	2026-01-15 07:00:00+00	18.7113561	63.2873741	30	\N	\N	\N	129	\N	0	0	sand	150	\N	3	\N	\N	\N	\N	\N	\N
4	2026-01-15 00:28:59+00	0	7448967064468750260	\N	2026-01-15 07:00:00+00	18.7186421	63.2872263	\N	\N	\N	\N	1048576	Plogning	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:18:49+00	0	8947777073976583663	\N	2026-01-15 07:00:00+00	18.7101861	63.2874222	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 00:50:19+00	0	8104839468620492640	\N	2026-01-15 07:00:00+00	18.7131413	63.287803	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:03:10+00	0	-6684617819174318781	\N	2026-01-15 07:00:00+00	18.7132061	63.2881935	30	\N	\N	\N	65	\N	0	0	SALT	7.7	0	4.5	\N	\N	\N	\N	\N	\N
1	2026-01-14 23:59:05+00	0	2209284213894649862	\N	2026-01-15 07:00:00+00	18.7190576	63.2881538	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:18:14+00	0	-4868911633106540077	\N	2026-01-15 07:00:00+00	18.7119606	63.2876327	30	\N	\N	\N	0	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:39+00	0	8947777073976583663	\N	2026-01-15 07:00:00+00	18.7101861	63.2874222	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:19:04+00	0	-8713454668839339651	\N	2026-01-15 07:00:00+00	18.7119396	63.2880867	30	\N	\N	\N	64	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:18:44+00	0	-6760546404778154760	\N	2026-01-15 07:00:00+00	18.7131293	63.2874826	\N	\N	\N	\N	1048576	Plogning	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 01:35:39+00	0	-1281227392850973703	\N	2026-01-15 07:00:00+00	18.7120158	63.2881696	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 01:50:24+00	0	7256434902161675718	\N	2026-01-15 07:00:00+00	18.7113159	63.2874277	\N	\N	60	\N	64	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:25:59+00	0	4267936483131384519	\N	2026-01-15 07:00:00+00	18.7114201	63.2874358	\N	\N	\N	\N	0	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 01:20:44+00	0	4057527125421659986	\N	2026-01-15 07:00:00+00	18.7190449	63.2875304	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:34:14+00	0	-6672208069609105529	\N	2026-01-15 07:00:00+00	18.7106377	63.2874709	30	\N	\N	\N	129	\N	0	0	sand	99999	\N	3	\N	\N	\N	\N	\N	\N
4	2026-01-15 00:50:39+00	0	780953598126845404	\N	2026-01-15 07:00:00+00	18.7179863	63.2875614	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:09+00	0	8947777073976583663	\N	2026-01-15 07:00:00+00	18.7101861	63.2874222	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 00:14:09+00	0	8273531515597545430	\N	2026-01-15 07:00:00+00	18.712048	63.2879778	\N	\N	\N	12	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 01:35:44+00	0	-3044716508350259235	\N	2026-01-15 07:00:00+00	18.7120535	63.2878346	\N	\N	60	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:19+00	0	8947777073976583663	\N	2026-01-15 07:00:00+00	18.7101861	63.2874222	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 00:50:19+00	0	-2044973775649563344	\N	2026-01-15 07:00:00+00	18.721148	63.2875823	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:26:09+00	0	-867186713201114051	\N	2026-01-15 07:00:00+00	18.7130245	63.2874203	\N	\N	\N	\N	1048577	Saltning	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:25:54+00	0	-3332764292929845174	\N	2026-01-15 07:00:00+00	18.710505	63.2874839	30	\N	\N	\N	65	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:26:14+00	0	222062256041318358	\N	2026-01-15 07:00:00+00	18.7131873	63.2877322	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:18:14+00	0	-3383544320193960928	\N	2026-01-15 07:00:00+00	18.7119549	63.2875269	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:59+00	0	2721777526555906093	\N	2026-01-15 07:00:00+00	18.7120823	63.2878928	30	\N	\N	\N	0	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:25:44+00	0	-5663169573017801594	\N	2026-01-15 07:00:00+00	18.7117711	63.2874276	30	\N	\N	\N	65	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 01:20:49+00	0	-5316767986811510877	\N	2026-01-15 07:00:00+00	18.7190741	63.2879255	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2026-01-15 01:55:44+00	0	1546797887482707017	\N	2026-01-15 07:00:00+00	18.8125751	63.2856327	\N	\N	\N	\N	64	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:18:54+00	0	-8896374950266162179	\N	2026-01-15 07:00:00+00	18.7130871	63.288245	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:02:55+00	0	-859822415305083791	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71219875	63.28742771	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4902970695018924587
1	2026-01-15 00:02:55+00	1	-4019236387883074797	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71249598	63.28744212	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4902970695018924587
1	2026-01-14 23:59:15+00	0	5970063282162561155	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.72393191	63.28763345	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3383818661830241667
1	2026-01-14 23:59:15+00	1	-693062540725028285	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71199147	63.28792746	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3383818661830241667
1	2026-01-14 23:59:15+00	2	-380444306493340458	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71198916	63.28790955	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3383818661830241667
4	2026-01-14 23:59:10+00	0	-5944288664541422697	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71321343	63.2881148	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	2994098956138821571
4	2026-01-14 23:59:10+00	1	-3055647588238953906	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71323073	63.28824914	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	2994098956138821571
4	2026-01-15 02:10:49+00	0	-6307615447973303584	2026-01-15 00:59:00+00	2026-01-15 07:00:00+00	18.71319613	63.28798046	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4507613568292668728
4	2026-01-15 02:10:49+00	1	399831061528190685	2026-01-15 00:59:00+00	2026-01-15 07:00:00+00	18.71310614	63.28826331	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4507613568292668728
4	2026-01-15 02:10:49+00	2	-5117937305978044572	2026-01-15 00:59:00+00	2026-01-15 07:00:00+00	18.7123365	63.28816972	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4507613568292668728
4	2026-01-15 02:10:49+00	3	-6924870843575225003	2026-01-15 00:59:00+00	2026-01-15 07:00:00+00	18.71199065	63.28792112	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4507613568292668728
4	2026-01-15 02:10:49+00	4	-4362524561035424868	2026-01-15 00:59:00+00	2026-01-15 07:00:00+00	18.71194453	63.28756287	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4507613568292668728
4	2026-01-15 02:10:49+00	5	-6691878175991159855	2026-01-15 00:59:00+00	2026-01-15 07:00:00+00	18.71145925	63.28742662	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4507613568292668728
1	2026-01-15 00:34:09+00	0	-106732302542563642	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.72304348	63.287124	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	1	8732564438983345820	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71140399	63.28742806	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	2	4233040351719584328	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71170245	63.28742028	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	3	7520615567473091654	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71200059	63.28741811	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	4	-2371773125423993143	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71229782	63.28743251	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	5	4681783331058546864	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71259506	63.28744692	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	6	1996801329103152824	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71289229	63.28746132	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	7	-1711915210865985349	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71313418	63.28749944	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	8	3582544738527990289	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71315148	63.28763378	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	9	6138310539916038909	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71316878	63.28776812	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	10	1264867486533112463	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71318608	63.28790246	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	11	2971597158983796095	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71320339	63.2880368	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	12	2888943044522201963	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71322069	63.28817115	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	13	-6234122790882831231	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.7131775	63.28827198	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	14	-8166546632790133393	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71288889	63.28823689	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	15	7122680634472238822	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71260027	63.2882018	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	16	1130223613444548337	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71231166	63.2881667	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	17	-8493746374831165637	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71202305	63.2881316	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	18	5279314069680154714	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71200069	63.28799911	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	19	6968457172957591206	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71198339	63.28786477	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	20	7037695904363851357	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.7119661	63.28773043	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	21	-8915854153738000422	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.7119488	63.28759609	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	22	-3974019065051372763	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71193151	63.28746175	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	23	6396039719838583433	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71173201	63.28741951	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:34:09+00	24	-683371893001198412	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71143356	63.28742729	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	3670702203691753146
1	2026-01-15 00:02:55+00	0	1616391458313748642	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71229782	63.28743251	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	1407733179521728576
1	2026-01-15 00:02:55+00	1	-4666856254045212624	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71233746	63.28743443	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	1407733179521728576
1	2026-01-15 00:02:55+00	2	-7060440830163533098	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71237709	63.28743635	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	1407733179521728576
1	2026-01-15 00:02:55+00	3	-1621601681548808175	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71241672	63.28743827	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	1407733179521728576
1	2026-01-15 00:02:55+00	4	6896195117027674296	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71245635	63.28744019	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	1407733179521728576
1	2026-01-15 00:02:55+00	5	-3832474714482649640	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71249598	63.28744212	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	1407733179521728576
4	2026-01-15 00:50:29+00	0	-6723028058474695053	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71320997	63.28808793	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	1	-7077391903991928155	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71321228	63.28810585	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	2	-7063560656667735316	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71321459	63.28812376	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	3	-5904326726777871348	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71321689	63.28814167	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	4	-6470795545420519547	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.7132192	63.28815958	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	5	1690520533690065838	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71322151	63.28817749	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	6	6296618032450845817	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71322381	63.28819541	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	7	874883990430661237	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71322612	63.28821332	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	8	715149041453515015	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71322843	63.28823123	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	9	1325490021420460991	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71323073	63.28824914	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	10	-7288716231784995989	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71323304	63.28826705	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	11	-6942638360082712212	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71322159	63.28827734	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	12	-3010011159691086667	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71318311	63.28827267	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	13	-4288622894308662891	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71314462	63.28826799	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	14	-3087789193744108543	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71310614	63.28826331	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	15	-5747106611638966626	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71306766	63.28825863	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	16	6291310281232910250	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71302918	63.28825395	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	17	1486517409537666761	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71299069	63.28824927	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	18	8142347570645598317	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71295221	63.28824459	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	19	-6338762560513316343	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71291373	63.28823991	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	20	3797651593374341819	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71287525	63.28823523	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	21	-6390274223816000976	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71283677	63.28823055	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	22	905212902916230521	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71279828	63.28822587	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	23	5412311483129914856	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.7127598	63.28822119	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
4	2026-01-15 00:50:29+00	24	2525244030750473686	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71272132	63.28821651	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4100870208835598130
1	2026-01-15 00:33:44+00	0	-6977649703568658430	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71318608	63.28790246	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4853471317308632180
1	2026-01-15 00:33:44+00	1	3278839929757806703	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71318839	63.28792038	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4853471317308632180
1	2026-01-15 00:33:44+00	2	5409360028836405440	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.7131907	63.28793829	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4853471317308632180
1	2026-01-15 00:33:44+00	3	8883859635541929651	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71319301	63.2879562	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4853471317308632180
1	2026-01-15 00:33:44+00	4	-596924970958027076	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71319531	63.28797411	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4853471317308632180
1	2026-01-15 00:33:44+00	5	-3956663750432451350	2026-01-14 23:59:00+00	2026-01-15 07:00:00+00	18.71319762	63.28799202	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N	4853471317308632180
\.


--
-- Data for Name: raw_horizon; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.raw_horizon (one, "time", kept_house_at) FROM stdin;
t	2025-12-17 00:00:00+00	2026-01-15 08:00:00+00
\.


--
-- Data for Name: rederivation; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.rederivation (rederivation_id, from_time, until_time, due_since, device_id) FROM stdin;
\.


--
-- Data for Name: register_change; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.register_change (change_id, changed_at, author, login, table_name, operation, old, new) FROM stdin;
1	2026-01-15 08:00:00+00	Anna Ek	postgres	contractor	INSERT	\N	{"name": "Snö AB", "valid_to": "infinity", "contractor": "snow", "valid_from": "-infinity"}
2	2026-01-15 08:00:00+00	Anna Ek	postgres	contractor	INSERT	\N	{"name": "Regn AB", "valid_to": "infinity", "contractor": "rain", "valid_from": "-infinity"}
3	2026-01-15 08:00:00+00	Anna Ek	postgres	area	INSERT	\N	{"area": "centrum", "name": "Centrum", "polygon": "\\\\x0103000000010000000500000000000000000032400000000000804f4000000000000033400000000000804f40000000000000334000000000000050400000000000003240000000000000504000000000000032400000000000804f40", "valid_to": "infinity", "valid_from": "-infinity"}
4	2026-01-15 08:00:00+00	Anna Ek	postgres	contract	INSERT	\N	{"name": "Vinterväghållning", "areas": ["centrum"], "contract": "2025-17", "valid_to": "infinity", "contractor": "snow", "valid_from": "-infinity"}
5	2026-01-15 08:00:00+00	Anna Ek	postgres	vehicle	INSERT	\N	{"name": "Plogbil", "kinds": ["carriageway", "gc"], "vehicle": "v0", "contract": "2025-17", "valid_to": "infinity", "contractor": "snow", "valid_from": "-infinity"}
6	2026-01-15 08:00:00+00	Anna Ek	postgres	vehicle	INSERT	\N	{"name": "Traktor", "kinds": ["carriageway"], "vehicle": "v1", "contract": null, "valid_to": "2026-01-15T00:01:00+00:00", "contractor": "snow", "valid_from": "-infinity"}
7	2026-01-15 08:00:00+00	Anna Ek	postgres	sensor	INSERT	\N	{"lat": 63.3, "lon": 18.7, "kind": "snow", "name": "Torget", "owner": null, "sensor": "0004a30b001c0530", "period_s": null, "valid_to": "infinity", "valid_from": "-infinity", "mounting_height_m": 3.2}
8	2026-01-15 08:00:00+00	Anna Ek	postgres	sensor	INSERT	\N	{"lat": 63.3, "lon": 18.7, "kind": "flow", "name": "Bron", "owner": null, "sensor": "urn:ngsi-ld:TrafficFlowObserved:c0", "period_s": 300, "valid_to": "infinity", "valid_from": "-infinity", "mounting_height_m": null}
9	2026-01-15 08:00:00+00	postgres	postgres	hold	INSERT	\N	{"event": null, "reason": "case KS 2026:114", "hold_id": 1, "added_at": "2026-01-15T08:00:00+00:00", "contract": "2025-17", "ended_at": null, "from_time": "-infinity", "contractor": "snow", "until_time": "2025-12-16T00:00:00+00:00"}
\.


--
-- Data for Name: reject; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.reject (reject_id, message_id, received_at, item, code, field, detail, replayed_at) FROM stdin;
1	1	2026-01-15 02:00:00+00	-1	bad_json		JSON is malformed: invalid character (byte 0)	\N
2	2	2026-01-15 02:00:00+00	0	future	time	the event time lies ahead of the receive clock	\N
3	3	2026-01-15 02:00:00+00	0	too_old	time	the event time lies before the raw horizon	\N
\.


--
-- Data for Name: reject_message; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.reject_message (message_id, received_at, source, topic, format, owner, payload) FROM stdin;
1	2026-01-15 02:00:00+00	mqtt	mip/v1/snow/v1/position	mip	snow	\\x72756262697368
2	2026-01-15 02:00:00+00	mqtt	mip/v1/rain/r1/position	mip	rain	\\x7b2274696d65223a22323032372d30322d31395430383a30303a30302b30303a3030222c226c6f6e223a31382e372c226c6174223a36332e332c22616374696f6e73223a5b5d7d
3	2026-01-15 02:00:00+00	mqtt	mip/v1/rain/r1/position	mip	rain	\\x7b2274696d65223a22323031352d30322d30325430303a30303a30302b30303a3030222c226c6f6e223a31382e372c226c6174223a36332e332c22616374696f6e73223a5b5d7d
\.


--
-- Data for Name: schema_migration; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.schema_migration (version, name, checksum, applied_at) FROM stdin;
1	foundation	89e5d21b0c0172bab75e28ea4b4bbe977255c14a40f48f3ecbe280f955c17935	2026-01-15 08:00:00+00
2	roles	885200ae6c0e4f362fe5391197c9015c30be00bb64212b7e1e001f1544f7ef34	2026-01-15 08:00:00+00
3	keys	0b2549cae078a970fe3ee27cb1b8bffecf001f0749068a260afac14b5eca3350	2026-01-15 08:00:00+00
4	inputs	7d4cdda7a612858d39aef5b6b5f187b11ec9135403042dd46b8e43534f91dbbd	2026-01-15 08:00:00+00
5	action_names	d36c00e9832089c31a6649120560a21617420589d52a5cc00252752b53b6f5df	2026-01-15 08:00:00+00
6	register	b0791ee8acaf2d2b853129bcb391e40417a71d62154763871738bae723631bfb	2026-01-15 08:00:00+00
7	hygiene	378f644480482b51b4200a968ac6689bff56df561eeaccac13e3453c54b6bfad	2026-01-15 08:00:00+00
8	network_versions	03c6afcdf6a0b41c3b4ad775aa063b2f36a290fa461dca70752e3f04c2b9ef08	2026-01-15 08:00:00+00
9	kafka_offsets	cfb1e04bf5c8daa908498ebe070ce45019f15e81fcc18e2b4063658e54c25a39	2026-01-15 08:00:00+00
10	treatment_amounts	344bbaf4c92a4d9f9bdd2d286d82cd47a2fed4716d7f102a85a246340c282f3c	2026-01-15 08:00:00+00
11	register_by_hand	0cd0d4606e3b37801a46cde8ca250e06679ad003efeb0299ff1cfebef013686e	2026-01-15 08:00:00+00
12	lines_and_renewals	ed179efef0b5dac0e0c66282d6c3132757975af45cc9d29b3fb0011e56f52892	2026-01-15 08:00:00+00
13	raw_horizon	15d4f4a7611d9f8dd32765c2f5a70ebeb51772ec0bd14913e83699876eef4ba5	2026-01-15 08:00:00+00
14	pseudonyms	94c6933c3a9fde3d20ea7e3d9d8198450504dba254aadd527c3c85be7227d65b	2026-01-15 08:00:00+00
15	timescale	22b3cf197ee1de8e64c97be0811c4071977a79690b2b2939170f2f5f2dd63ab0	2026-01-15 08:00:00+00
16	flow_aggregates	02bef52f10a46fae1b613353922344a84cbdadf8cc7fadcf245eb52f8f958451	2026-01-15 08:00:00+00
17	worker_sees_what_is_due	55c880b234c69e1a4db677cb950254f10a1c0b0604dc1c6145288da81865f258	2026-01-15 08:00:00+00
18	treatment_days	60a4b533561bf5e3452da757042169207459cd7c8992af31869b95d89f3ab996	2026-01-15 08:00:00+00
20	deliveries	716c2cb261cb9bc7c733af020fc915ec3113d6d6a6ff08b2b40a365a2b4e92ca	2026-01-15 08:00:00+00
21	kept_house	4b52b55a4d77545c0d0b11b8c41d4acd1682cc5d6e6f90feffb732dedc03d633	2026-01-15 08:00:00+00
22	pseudonyms_tell_nothing	ed18a095b4bdbca521654888935fe1026ba616685a36342334259ba516dfd74e	2026-01-15 08:00:00+00
\.


--
-- Data for Name: segment; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.segment (segment_id, network_id, name, kind, winter_class, passes_required, length_m, start_node, end_node, geometry, extent, one_way) FROM stdin;
1	1	Storgatan	carriageway	3	2	90	0	1	\\x010200000002000000fca45363cbb532405a1c0487cba44f407c9783be40b632408b9e42ffc9a44f40	(18.711925418021096,63.28746116352768),(18.710134704514516,63.28741446259399)	0
2	1	Storgatan	carriageway	3	2	60.8276253029822	1	2	\\x0102000000020000007c9783be40b632408b9e42ffc9a44f40303cc2bc8fb632409d5846e9cba44f40	(18.71313075773304,63.28747287688132),(18.711925418021096,63.28741446259399)	0
3	1	Storgatan	carriageway	3	2	90	2	3	\\x010200000002000000303cc2bc8fb632409d5846e9cba44f406121728a96b632403c0ae252e6a44f40	(18.713234570373405,63.28827892338856),(18.71313075773304,63.28747287688132)	0
4	1	Storgatan	carriageway	3	2	80	1	4	\\x0102000000020000007c9783be40b632408b9e42ffc9a44f40ea4c2bca46b6324025429679e1a44f40	(18.71201766545429,63.28813094937167),(18.711925418021096,63.28741446259399)	0
5	1	Storgatan	carriageway	3	2	63.245553203367585	4	3	\\x010200000002000000ea4c2bca46b6324025429679e1a44f406121728a96b632403c0ae252e6a44f40	(18.713234570373405,63.28827892338856),(18.71201766545429,63.28813094937167)	0
101	2	Storgatan	carriageway	3	1	90	0	1	\\x010200000002000000fca45363cbb532405a1c0487cba44f407c9783be40b632408b9e42ffc9a44f40	(18.711925418021096,63.28746116352768),(18.710134704514516,63.28741446259399)	1
102	2	Storgatan	carriageway	3	1	60.8276253029822	1	2	\\x0102000000020000007c9783be40b632408b9e42ffc9a44f40303cc2bc8fb632409d5846e9cba44f40	(18.71313075773304,63.28747287688132),(18.711925418021096,63.28741446259399)	0
103	2	Storgatan	carriageway	3	1	90	2	3	\\x010200000002000000303cc2bc8fb632409d5846e9cba44f406121728a96b632403c0ae252e6a44f40	(18.713234570373405,63.28827892338856),(18.71313075773304,63.28747287688132)	0
104	2	Storgatan	carriageway	3	1	80	1	4	\\x0102000000020000007c9783be40b632408b9e42ffc9a44f40ea4c2bca46b6324025429679e1a44f40	(18.71201766545429,63.28813094937167),(18.711925418021096,63.28741446259399)	0
\.


--
-- Data for Name: sensor; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.sensor (sensor, kind, name, lon, lat, mounting_height_m, period_s, owner, valid_from, valid_to) FROM stdin;
0004a30b001c0530	snow	Torget	18.7	63.3	3.2	\N	\N	-infinity	infinity
urn:ngsi-ld:TrafficFlowObserved:c0	flow	Bron	18.7	63.3	\N	300	\N	-infinity	infinity
\.


--
-- Data for Name: snow; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.snow (device_id, "time", seq, digest, version, received_at, distance_m, depth_m, battery_v, lon, lat) FROM stdin;
7	2026-01-15 00:09:00+00	10	-1900545771376580831	\N	2026-01-15 02:00:00+00	2.99	\N	2.993	\N	\N
7	2026-01-15 00:29:00+00	30	1364448198852986971	\N	2026-01-15 02:00:00+00	2.97	\N	2.993	\N	\N
7	2026-01-15 00:49:00+00	50	-1961477409593495719	\N	2026-01-15 02:00:00+00	2.95	\N	2.993	\N	\N
7	2026-01-15 00:39:00+00	40	7411705868759811281	\N	2026-01-15 02:00:00+00	2.96	\N	2.993	\N	\N
7	2026-01-14 23:59:00+00	0	-7499859416699157073	\N	2026-01-15 02:00:00+00	3	\N	2.993	\N	\N
\.


--
-- Data for Name: stretch; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.stretch (device_id, "time", seq, piece, until_time, segment_id, direction, from_dm, to_dm, actions, material_id, mg_per_m2, ul_per_m2, width_mm) FROM stdin;
-1549552083	2025-12-10 23:59:00+00	0	0	2025-12-10 23:59:05+00	1	1	70	449	512	1	150000	\N	\N
-1549552083	2025-12-10 23:59:05+00	0	0	2025-12-10 23:59:10+00	1	1	449	788	512	1	150000	\N	\N
-1549552083	2025-12-10 23:59:10+00	0	0	2025-12-10 23:59:15+00	1	1	788	900	512	1	150000	\N	\N
-1549552083	2025-12-10 23:59:10+00	0	1	2025-12-10 23:59:15+00	2	1	0	265	512	1	150000	\N	\N
-1549552083	2025-12-10 23:59:15+00	0	0	2025-12-10 23:59:20+00	2	1	265	608	512	1	150000	\N	\N
-1549552083	2025-12-10 23:59:15+00	0	1	2025-12-10 23:59:20+00	3	1	0	104	512	1	150000	\N	\N
-1549552083	2025-12-10 23:59:20+00	0	0	2025-12-10 23:59:25+00	3	1	104	489	512	1	150000	\N	\N
-1549552083	2025-12-10 23:59:25+00	0	0	2025-12-10 23:59:30+00	3	1	489	900	512	1	150000	\N	\N
-1549552083	2025-12-10 23:59:25+00	0	1	2025-12-10 23:59:30+00	5	-1	611	632	512	1	150000	\N	\N
-1549552083	2025-12-10 23:59:30+00	0	0	2025-12-10 23:59:35+00	5	-1	274	611	512	1	150000	\N	\N
-1549552083	2025-12-10 23:59:35+00	0	0	2025-12-10 23:59:40+00	5	-1	0	274	512	1	150000	\N	\N
-1549552083	2025-12-10 23:59:35+00	0	1	2025-12-10 23:59:40+00	4	-1	684	800	512	1	150000	\N	\N
-1549552083	2025-12-10 23:59:40+00	0	0	2025-12-10 23:59:45+00	4	-1	233	684	512	1	150000	\N	\N
-1549552083	2025-12-10 23:59:45+00	0	0	2025-12-10 23:59:50+00	4	-1	0	233	512	1	150000	\N	\N
-1549552083	2025-12-10 23:59:45+00	0	1	2025-12-10 23:59:50+00	1	-1	733	900	512	1	150000	\N	\N
-1549552083	2025-12-10 23:59:50+00	0	0	2025-12-10 23:59:55+00	1	-1	386	733	512	1	150000	\N	\N
-1843899560	2026-01-14 23:59:10+00	0	0	2026-01-14 23:59:10+00	3	1	717	867	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:19+00	0	0	2026-01-15 00:50:29+00	103	1	368	687	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	0	0	2026-01-15 00:50:29+00	103	1	687	707	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	1	0	2026-01-15 00:50:29+00	103	1	707	727	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	2	0	2026-01-15 00:50:29+00	103	1	727	747	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	3	0	2026-01-15 00:50:29+00	103	1	747	767	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	4	0	2026-01-15 00:50:29+00	103	1	767	787	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	5	0	2026-01-15 00:50:29+00	103	1	787	807	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	6	0	2026-01-15 00:50:29+00	103	1	807	827	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	7	0	2026-01-15 00:50:29+00	103	1	827	847	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	8	0	2026-01-15 00:50:29+00	103	1	847	867	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	9	0	2026-01-15 00:50:29+00	103	1	867	887	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	10	0	2026-01-15 00:50:29+00	103	1	887	898	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	12	0	2026-01-15 00:50:29+00	103	-1	885	892	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	13	0	2026-01-15 00:50:29+00	103	-1	879	885	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	14	0	2026-01-15 00:50:29+00	103	-1	873	879	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	15	0	2026-01-15 00:50:29+00	103	-1	866	873	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	16	0	2026-01-15 00:50:29+00	103	-1	860	866	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	17	0	2026-01-15 00:50:29+00	103	-1	854	860	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	18	0	2026-01-15 00:50:29+00	103	-1	847	854	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	19	0	2026-01-15 00:50:29+00	103	-1	841	847	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	20	0	2026-01-15 00:50:29+00	103	-1	835	841	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	21	0	2026-01-15 00:50:29+00	103	-1	828	835	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	22	0	2026-01-15 00:50:29+00	103	-1	822	828	1	\N	\N	\N	\N
-1843899560	2026-01-15 00:50:29+00	23	0	2026-01-15 00:50:29+00	103	-1	816	822	1	\N	\N	\N	\N
-1843899560	2026-01-15 01:55:29+00	0	0	2026-01-15 01:55:39+00	102	1	396	608	1	\N	\N	\N	\N
-1843899560	2026-01-15 01:55:29+00	0	1	2026-01-15 01:55:39+00	103	1	0	588	1	\N	\N	\N	\N
-1843899560	2026-01-15 02:10:49+00	0	0	2026-01-15 02:10:49+00	103	1	567	879	1	\N	\N	\N	\N
-1843899560	2026-01-15 02:10:49+00	2	0	2026-01-15 02:10:49+00	104	-1	566	800	1	\N	\N	\N	\N
-1843899560	2026-01-15 02:10:49+00	3	0	2026-01-15 02:10:49+00	104	-1	166	566	1	\N	\N	\N	\N
-1843899560	2026-01-15 02:10:49+00	4	0	2026-01-15 02:10:49+00	104	-1	0	166	1	\N	\N	\N	\N
-1843899560	2026-01-15 02:10:49+00	4	1	2026-01-15 02:10:49+00	101	-1	666	900	1	\N	\N	\N	\N
-1237550762	2026-01-14 23:59:15+00	1	0	2026-01-14 23:59:15+00	4	-1	553	573	1	\N	\N	\N	\N
-1237550762	2026-01-14 23:59:15+00	2	0	2026-01-14 23:59:20+00	4	-1	172	553	1	\N	\N	\N	\N
-1237550762	2026-01-14 23:59:20+00	0	0	2026-01-15 00:02:55+00	4	-1	0	172	1	\N	\N	\N	\N
-1237550762	2026-01-14 23:59:20+00	0	1	2026-01-15 00:02:55+00	2	1	0	138	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:02:55+00	0	0	2026-01-15 00:02:55+00	102	1	138	288	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:02:55+00	1	0	2026-01-15 00:03:10+00	102	1	288	608	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:02:55+00	1	1	2026-01-15 00:03:10+00	103	1	0	804	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:18:49+00	0	0	2026-01-15 00:18:54+00	101	1	28	900	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:18:49+00	0	1	2026-01-15 00:18:54+00	102	1	0	608	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:18:49+00	0	2	2026-01-15 00:18:54+00	103	1	0	858	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:25:54+00	0	0	2026-01-15 00:25:59+00	101	1	184	646	65	\N	\N	\N	\N
-1237550762	2026-01-15 00:26:09+00	0	0	2026-01-15 00:26:14+00	102	1	549	608	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:26:09+00	0	1	2026-01-15 00:26:14+00	103	1	0	290	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:26:14+00	0	0	2026-01-15 00:26:19+00	103	1	290	694	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:26:19+00	0	0	2026-01-15 00:26:24+00	103	1	694	820	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:33:04+00	0	0	2026-01-15 00:33:09+00	104	-1	0	414	129	1	150000	\N	3000
-1237550762	2026-01-15 00:33:04+00	0	1	2026-01-15 00:33:09+00	101	-1	28	900	129	1	150000	\N	3000
-1237550762	2026-01-15 00:33:44+00	0	0	2026-01-15 00:33:44+00	103	1	480	500	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:33:44+00	1	0	2026-01-15 00:33:44+00	103	1	500	520	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:33:44+00	2	0	2026-01-15 00:33:44+00	103	1	520	540	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:33:44+00	3	0	2026-01-15 00:33:44+00	103	1	540	560	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:33:44+00	4	0	2026-01-15 00:33:44+00	103	1	560	580	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:04+00	0	0	2026-01-15 00:34:09+00	104	-1	0	190	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	2	1	2026-01-15 00:34:09+00	102	1	0	38	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	3	0	2026-01-15 00:34:09+00	102	1	38	188	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	4	0	2026-01-15 00:34:09+00	102	1	188	338	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	5	0	2026-01-15 00:34:09+00	102	1	338	488	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	6	0	2026-01-15 00:34:09+00	102	1	488	608	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	6	1	2026-01-15 00:34:09+00	103	1	0	30	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	7	0	2026-01-15 00:34:09+00	103	1	30	180	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	8	0	2026-01-15 00:34:09+00	103	1	180	330	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	9	0	2026-01-15 00:34:09+00	103	1	330	480	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	10	0	2026-01-15 00:34:09+00	103	1	480	630	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	11	0	2026-01-15 00:34:09+00	103	1	630	780	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	12	0	2026-01-15 00:34:09+00	103	1	780	891	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	17	0	2026-01-15 00:34:09+00	104	-1	653	800	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	18	0	2026-01-15 00:34:09+00	104	-1	503	653	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	19	0	2026-01-15 00:34:09+00	104	-1	353	503	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	20	0	2026-01-15 00:34:09+00	104	-1	203	353	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	21	0	2026-01-15 00:34:09+00	104	-1	53	203	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:09+00	22	0	2026-01-15 00:34:09+00	104	-1	0	53	1	\N	\N	\N	\N
-1237550762	2026-01-15 00:34:14+00	0	0	2026-01-15 00:34:24+00	101	1	251	773	129	1	\N	\N	3000
\.


--
-- Data for Name: tally; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.tally (supplier, what, name, count) FROM stdin;
rain	reject	future	1
rain	reject	too_old	1
snow	flag	frozen	4
snow	flag	impossible_speed	2
snow	flag	poor_accuracy	7
snow	flag	superseded	4
snow	reject	bad_json	1
\.


--
-- Data for Name: threshold; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.threshold (name, value) FROM stdin;
hdop_max	10
frozen_speed_min_kmh	10
jump_min_m	50
speed_max_kmh	140
accuracy_max_m	55
\.


--
-- Data for Name: treatment; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.treatment (segment_id, direction, action, "time", share, device_id, first_time, device_ids, spread) FROM stdin;
1	-1	9	2025-12-10 23:59:50+00	0.5711111	-1549552083	2025-12-10 23:59:45+00	{-1549552083}	[{"kg": null, "litres": null, "width_m": null, "g_per_m2": 150.000, "material": "sand", "ml_per_m2": null}]
1	1	9	2025-12-10 23:59:10+00	0.9222222	-1549552083	2025-12-10 23:59:00+00	{-1549552083}	[{"kg": null, "litres": null, "width_m": null, "g_per_m2": 150.000, "material": "sand", "ml_per_m2": null}]
2	1	9	2025-12-10 23:59:15+00	0.9995459	-1549552083	2025-12-10 23:59:10+00	{-1549552083}	[{"kg": null, "litres": null, "width_m": null, "g_per_m2": 150.000, "material": "sand", "ml_per_m2": null}]
3	1	9	2025-12-10 23:59:25+00	1	-1549552083	2025-12-10 23:59:15+00	{-1549552083}	[{"kg": null, "litres": null, "width_m": null, "g_per_m2": 150.000, "material": "sand", "ml_per_m2": null}]
4	-1	9	2025-12-10 23:59:45+00	1	-1549552083	2025-12-10 23:59:35+00	{-1549552083}	[{"kg": null, "litres": null, "width_m": null, "g_per_m2": 150.000, "material": "sand", "ml_per_m2": null}]
5	-1	9	2025-12-10 23:59:35+00	0.99927974	-1549552083	2025-12-10 23:59:25+00	{-1549552083}	[{"kg": null, "litres": null, "width_m": null, "g_per_m2": 150.000, "material": "sand", "ml_per_m2": null}]
2	1	0	2026-01-14 23:59:20+00	0.2268706	-1237550762	2026-01-14 23:59:20+00	{-1237550762}	\N
3	1	0	2026-01-14 23:59:10+00	0.16666667	-1843899560	2026-01-14 23:59:10+00	{-1843899560}	\N
4	-1	0	2026-01-14 23:59:20+00	0.71625	-1237550762	2026-01-14 23:59:15+00	{-1237550762}	\N
101	0	0	2026-01-15 02:10:49+00	0.9688889	-1843899560	2026-01-15 00:18:49+00	{-1843899560,-1237550762}	\N
101	0	6	2026-01-15 00:25:54+00	0.5133333	-1237550762	2026-01-15 00:25:54+00	{-1237550762}	[{"kg": null, "litres": null, "width_m": null, "g_per_m2": null, "material": null, "ml_per_m2": null}]
101	0	7	2026-01-15 00:34:14+00	0.9688889	-1237550762	2026-01-15 00:33:04+00	{-1237550762}	[{"kg": null, "litres": null, "width_m": 3.000, "g_per_m2": null, "material": "sand", "ml_per_m2": null}]
102	0	0	2026-01-15 01:55:29+00	0.9995459	-1843899560	2026-01-15 00:02:55+00	{-1843899560,-1237550762}	\N
103	0	0	2026-01-15 02:10:49+00	0.99777776	-1843899560	2026-01-15 00:18:49+00	{-1843899560,-1237550762}	\N
104	0	0	2026-01-15 02:10:49+00	1	-1843899560	2026-01-15 00:33:04+00	{-1843899560,-1237550762}	\N
104	0	7	2026-01-15 00:33:04+00	0.5175	-1237550762	2026-01-15 00:33:04+00	{-1237550762}	[{"kg": 18.630, "litres": null, "width_m": 3.000, "g_per_m2": 150.000, "material": "sand", "ml_per_m2": null}]
\.


--
-- Data for Name: vehicle; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.vehicle (contractor, vehicle, name, kinds, contract, valid_from, valid_to) FROM stdin;
snow	v0	Plogbil	{carriageway,gc}	2025-17	-infinity	infinity
snow	v1	Traktor	{carriageway}	\N	-infinity	2026-01-15 00:01:00+00
\.


--
-- Name: api_key_key_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.api_key_key_id_seq', 1, true);


--
-- Name: device_device_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.device_device_id_seq', 7, true);


--
-- Name: hold_hold_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.hold_hold_id_seq', 1, true);


--
-- Name: material_material_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.material_material_id_seq', 3, true);


--
-- Name: network_network_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.network_network_id_seq', 2, true);


--
-- Name: rederivation_rederivation_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.rederivation_rederivation_id_seq', 1, false);


--
-- Name: register_change_change_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.register_change_change_id_seq', 9, true);


--
-- Name: reject_message_message_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.reject_message_message_id_seq', 3, true);


--
-- Name: reject_reject_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.reject_reject_id_seq', 3, true);


--
-- Name: action_name action_name_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.action_name
    ADD CONSTRAINT action_name_pkey PRIMARY KEY (contractor, text);


--
-- Name: api_key api_key_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_hash_key UNIQUE (hash);


--
-- Name: api_key api_key_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (key_id);


--
-- Name: area area_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.area
    ADD CONSTRAINT area_pkey PRIMARY KEY (area, valid_from);


--
-- Name: area_segment area_segment_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.area_segment
    ADD CONSTRAINT area_segment_pkey PRIMARY KEY (area, valid_from, segment_id);


--
-- Name: contract contract_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.contract
    ADD CONSTRAINT contract_pkey PRIMARY KEY (contractor, contract, valid_from);


--
-- Name: contractor contractor_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.contractor
    ADD CONSTRAINT contractor_pkey PRIMARY KEY (contractor, valid_from);


--
-- Name: delivery delivery_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_pkey PRIMARY KEY (worker, supplier, kind, within_s);


--
-- Name: device device_kind_owner_name_part_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_kind_owner_name_part_key UNIQUE (kind, owner, name, part);


--
-- Name: device device_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_pkey PRIMARY KEY (device_id);


--
-- Name: evidence evidence_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_pkey PRIMARY KEY (hold_id, device_id, "time", seq, digest);


--
-- Name: fix_flag fix_flag_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fix_flag
    ADD CONSTRAINT fix_flag_pkey PRIMARY KEY (device_id, "time", seq);


--
-- Name: flow flow_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.flow
    ADD CONSTRAINT flow_pkey PRIMARY KEY (device_id, "time", seq, digest);


--
-- Name: flow_window flow_window_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.flow_window
    ADD CONSTRAINT flow_window_pkey PRIMARY KEY (device_id, "time");


--
-- Name: hold hold_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.hold
    ADD CONSTRAINT hold_pkey PRIMARY KEY (hold_id);


--
-- Name: ingest_status ingest_status_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ingest_status
    ADD CONSTRAINT ingest_status_pkey PRIMARY KEY (worker);


--
-- Name: input_version input_version_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.input_version
    ADD CONSTRAINT input_version_pkey PRIMARY KEY (one);


--
-- Name: kafka_offset kafka_offset_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.kafka_offset
    ADD CONSTRAINT kafka_offset_pkey PRIMARY KEY (group_id, topic, partition);


--
-- Name: material material_name_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.material
    ADD CONSTRAINT material_name_key UNIQUE (name);


--
-- Name: material material_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.material
    ADD CONSTRAINT material_pkey PRIMARY KEY (material_id);


--
-- Name: network network_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.network
    ADD CONSTRAINT network_pkey PRIMARY KEY (network_id);


--
-- Name: network_segment network_segment_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.network_segment
    ADD CONSTRAINT network_segment_pkey PRIMARY KEY (network_id, segment_id);


--
-- Name: position position_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."position"
    ADD CONSTRAINT position_pkey PRIMARY KEY (device_id, "time", seq, digest);


--
-- Name: raw_horizon raw_horizon_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.raw_horizon
    ADD CONSTRAINT raw_horizon_pkey PRIMARY KEY (one);


--
-- Name: rederivation rederivation_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rederivation
    ADD CONSTRAINT rederivation_pkey PRIMARY KEY (rederivation_id);


--
-- Name: register_change register_change_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.register_change
    ADD CONSTRAINT register_change_pkey PRIMARY KEY (change_id);


--
-- Name: reject_message reject_message_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reject_message
    ADD CONSTRAINT reject_message_pkey PRIMARY KEY (message_id);


--
-- Name: reject reject_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reject
    ADD CONSTRAINT reject_pkey PRIMARY KEY (reject_id);


--
-- Name: schema_migration schema_migration_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (version);


--
-- Name: segment segment_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.segment
    ADD CONSTRAINT segment_pkey PRIMARY KEY (segment_id);


--
-- Name: sensor sensor_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sensor
    ADD CONSTRAINT sensor_pkey PRIMARY KEY (sensor, valid_from);


--
-- Name: snow snow_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.snow
    ADD CONSTRAINT snow_pkey PRIMARY KEY (device_id, "time", seq, digest);


--
-- Name: stretch stretch_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stretch
    ADD CONSTRAINT stretch_pkey PRIMARY KEY (device_id, "time", seq, piece);


--
-- Name: tally tally_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tally
    ADD CONSTRAINT tally_pkey PRIMARY KEY (supplier, what, name);


--
-- Name: threshold threshold_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.threshold
    ADD CONSTRAINT threshold_pkey PRIMARY KEY (name);


--
-- Name: treatment treatment_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.treatment
    ADD CONSTRAINT treatment_pkey PRIMARY KEY (segment_id, direction, action);


--
-- Name: vehicle vehicle_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.vehicle
    ADD CONSTRAINT vehicle_pkey PRIMARY KEY (contractor, vehicle, valid_from);


--
-- Name: flow_window_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX flow_window_time ON public.flow_window USING btree ("time");


--
-- Name: network_valid; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX network_valid ON public.network USING btree (valid_from, network_id);


--
-- Name: position_unknown_actions; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX position_unknown_actions ON public."position" USING btree ("time", device_id) WHERE (unknown_actions IS NOT NULL);


--
-- Name: reject_message_owner; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX reject_message_owner ON public.reject_message USING btree (owner, message_id);


--
-- Name: reject_of_message; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX reject_of_message ON public.reject USING btree (message_id);


--
-- Name: reject_received; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX reject_received ON public.reject USING btree (received_at);


--
-- Name: segment_extent; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX segment_extent ON public.segment USING gist (extent);


--
-- Name: stretch_day; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stretch_day ON public.stretch USING brin ((date_trunc('day'::text, ("time" AT TIME ZONE 'Europe/Stockholm'::text)) AT TIME ZONE 'Europe/Stockholm'::text)) WITH (autosummarize='on');


--
-- Name: stretch_segment; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stretch_segment ON public.stretch USING btree (segment_id, "time" DESC);


--
-- Name: treatment_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX treatment_time ON public.treatment USING btree ("time");


--
-- Name: area emptying_noted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER emptying_noted AFTER TRUNCATE ON public.area FOR EACH STATEMENT EXECUTE FUNCTION public.note_register_change();


--
-- Name: contract emptying_noted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER emptying_noted AFTER TRUNCATE ON public.contract FOR EACH STATEMENT EXECUTE FUNCTION public.note_register_change();


--
-- Name: contractor emptying_noted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER emptying_noted AFTER TRUNCATE ON public.contractor FOR EACH STATEMENT EXECUTE FUNCTION public.note_register_change();


--
-- Name: hold emptying_noted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER emptying_noted AFTER TRUNCATE ON public.hold FOR EACH STATEMENT EXECUTE FUNCTION public.note_register_change();


--
-- Name: sensor emptying_noted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER emptying_noted AFTER TRUNCATE ON public.sensor FOR EACH STATEMENT EXECUTE FUNCTION public.note_register_change();


--
-- Name: vehicle emptying_noted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER emptying_noted AFTER TRUNCATE ON public.vehicle FOR EACH STATEMENT EXECUTE FUNCTION public.note_register_change();


--
-- Name: area noted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER noted AFTER INSERT OR DELETE OR UPDATE ON public.area FOR EACH ROW EXECUTE FUNCTION public.note_register_change();


--
-- Name: contract noted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER noted AFTER INSERT OR DELETE OR UPDATE ON public.contract FOR EACH ROW EXECUTE FUNCTION public.note_register_change();


--
-- Name: contractor noted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER noted AFTER INSERT OR DELETE OR UPDATE ON public.contractor FOR EACH ROW EXECUTE FUNCTION public.note_register_change();


--
-- Name: hold noted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER noted AFTER INSERT OR DELETE OR UPDATE ON public.hold FOR EACH ROW EXECUTE FUNCTION public.note_register_change();


--
-- Name: sensor noted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER noted AFTER INSERT OR DELETE OR UPDATE ON public.sensor FOR EACH ROW EXECUTE FUNCTION public.note_register_change();


--
-- Name: vehicle noted; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER noted AFTER INSERT OR DELETE OR UPDATE ON public.vehicle FOR EACH ROW EXECUTE FUNCTION public.note_register_change();


--
-- Name: area version_raised; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER version_raised AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.area FOR EACH STATEMENT EXECUTE FUNCTION public.raise_input_version();


--
-- Name: contract version_raised; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER version_raised AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.contract FOR EACH STATEMENT EXECUTE FUNCTION public.raise_input_version();


--
-- Name: contractor version_raised; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER version_raised AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.contractor FOR EACH STATEMENT EXECUTE FUNCTION public.raise_input_version();


--
-- Name: sensor version_raised; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER version_raised AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.sensor FOR EACH STATEMENT EXECUTE FUNCTION public.raise_input_version();


--
-- Name: vehicle version_raised; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER version_raised AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.vehicle FOR EACH STATEMENT EXECUTE FUNCTION public.raise_input_version();


--
-- Name: area_segment area_segment_area_valid_from_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.area_segment
    ADD CONSTRAINT area_segment_area_valid_from_fkey FOREIGN KEY (area, valid_from) REFERENCES public.area(area, valid_from) ON UPDATE CASCADE ON DELETE CASCADE;


--
-- Name: area_segment area_segment_segment_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.area_segment
    ADD CONSTRAINT area_segment_segment_id_fkey FOREIGN KEY (segment_id) REFERENCES public.segment(segment_id);


--
-- Name: evidence evidence_hold_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_hold_id_fkey FOREIGN KEY (hold_id) REFERENCES public.hold(hold_id);


--
-- Name: network_segment network_segment_network_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.network_segment
    ADD CONSTRAINT network_segment_network_id_fkey FOREIGN KEY (network_id) REFERENCES public.network(network_id);


--
-- Name: network_segment network_segment_segment_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.network_segment
    ADD CONSTRAINT network_segment_segment_id_fkey FOREIGN KEY (segment_id) REFERENCES public.segment(segment_id);


--
-- Name: reject reject_message_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reject
    ADD CONSTRAINT reject_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.reject_message(message_id) ON DELETE CASCADE;


--
-- Name: segment segment_network_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.segment
    ADD CONSTRAINT segment_network_id_fkey FOREIGN KEY (network_id) REFERENCES public.network(network_id);


--
-- Name: TABLE action_name; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.action_name TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.action_name TO vinterkoll_api;
GRANT SELECT ON TABLE public.action_name TO vinterkoll_register;


--
-- Name: COLUMN api_key.key_id; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(key_id) ON TABLE public.api_key TO vinterkoll_api;


--
-- Name: COLUMN api_key.owner; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(owner) ON TABLE public.api_key TO vinterkoll_api;


--
-- Name: COLUMN api_key.scope; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(scope) ON TABLE public.api_key TO vinterkoll_api;


--
-- Name: COLUMN api_key.hash; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(hash) ON TABLE public.api_key TO vinterkoll_api;


--
-- Name: COLUMN api_key.last_used_on; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(last_used_on),UPDATE(last_used_on) ON TABLE public.api_key TO vinterkoll_api;


--
-- Name: COLUMN api_key.revoked_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(revoked_at) ON TABLE public.api_key TO vinterkoll_api;


--
-- Name: TABLE area; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.area TO vinterkoll_api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.area TO vinterkoll_register;


--
-- Name: TABLE area_segment; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.area_segment TO vinterkoll_api;
GRANT SELECT,INSERT,DELETE ON TABLE public.area_segment TO vinterkoll_register;


--
-- Name: TABLE segment; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.segment TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.segment TO vinterkoll_api;
GRANT SELECT ON TABLE public.segment TO vinterkoll_register;


--
-- Name: COLUMN segment.network_id; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(network_id) ON TABLE public.segment TO vinterkoll_ingest;
GRANT UPDATE(network_id) ON TABLE public.segment TO vinterkoll_register;


--
-- Name: TABLE stretch; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.stretch TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.stretch TO vinterkoll_api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.stretch TO vinterkoll_register;


--
-- Name: TABLE segment_day; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.segment_day TO vinterkoll_api;


--
-- Name: TABLE area_day_segment; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.area_day_segment TO vinterkoll_api;


--
-- Name: TABLE contract; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.contract TO vinterkoll_api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.contract TO vinterkoll_register;


--
-- Name: TABLE contractor; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.contractor TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.contractor TO vinterkoll_api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.contractor TO vinterkoll_register;


--
-- Name: TABLE delivery; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.delivery TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.delivery TO vinterkoll_api;


--
-- Name: TABLE device; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.device TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.device TO vinterkoll_api;
GRANT SELECT,INSERT ON TABLE public.device TO vinterkoll_register;


--
-- Name: COLUMN device.kind; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(kind) ON TABLE public.device TO vinterkoll_ingest;


--
-- Name: TABLE fix_flag; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE ON TABLE public.fix_flag TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.fix_flag TO vinterkoll_api;
GRANT SELECT,INSERT,DELETE ON TABLE public.fix_flag TO vinterkoll_register;


--
-- Name: TABLE flow; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.flow TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.flow TO vinterkoll_api;
GRANT SELECT ON TABLE public.flow TO vinterkoll_register;


--
-- Name: TABLE flow_window; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.flow_window TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.flow_window TO vinterkoll_api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.flow_window TO vinterkoll_register;


--
-- Name: TABLE flow_day; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.flow_day TO vinterkoll_api;


--
-- Name: TABLE flow_hour; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.flow_hour TO vinterkoll_api;


--
-- Name: COLUMN hold.ended_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(ended_at) ON TABLE public.hold TO vinterkoll_ingest;


--
-- Name: TABLE ingest_status; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.ingest_status TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.ingest_status TO vinterkoll_api;


--
-- Name: TABLE input_version; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.input_version TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.input_version TO vinterkoll_api;
GRANT SELECT ON TABLE public.input_version TO vinterkoll_register;


--
-- Name: COLUMN input_version.version; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(version) ON TABLE public.input_version TO vinterkoll_register;


--
-- Name: TABLE kafka_offset; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.kafka_offset TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.kafka_offset TO vinterkoll_api;


--
-- Name: TABLE material; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.material TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.material TO vinterkoll_register;


--
-- Name: TABLE network; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.network TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.network TO vinterkoll_api;
GRANT SELECT ON TABLE public.network TO vinterkoll_register;


--
-- Name: TABLE network_segment; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.network_segment TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.network_segment TO vinterkoll_register;
GRANT SELECT ON TABLE public.network_segment TO vinterkoll_api;


--
-- Name: TABLE "position"; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public."position" TO vinterkoll_ingest;
GRANT SELECT ON TABLE public."position" TO vinterkoll_register;


--
-- Name: COLUMN "position".device_id; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(device_id) ON TABLE public."position" TO vinterkoll_api;


--
-- Name: COLUMN "position"."time"; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT("time") ON TABLE public."position" TO vinterkoll_api;


--
-- Name: COLUMN "position".seq; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(seq) ON TABLE public."position" TO vinterkoll_api;


--
-- Name: COLUMN "position".digest; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(digest) ON TABLE public."position" TO vinterkoll_api;


--
-- Name: COLUMN "position".version; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(version) ON TABLE public."position" TO vinterkoll_api;


--
-- Name: COLUMN "position".lon; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(lon) ON TABLE public."position" TO vinterkoll_api;


--
-- Name: COLUMN "position".lat; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(lat) ON TABLE public."position" TO vinterkoll_api;


--
-- Name: COLUMN "position".speed_kmh; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(speed_kmh) ON TABLE public."position" TO vinterkoll_api;


--
-- Name: COLUMN "position".heading_deg; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(heading_deg) ON TABLE public."position" TO vinterkoll_api;


--
-- Name: COLUMN "position".actions; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(actions) ON TABLE public."position" TO vinterkoll_api;


--
-- Name: COLUMN "position".unknown_actions; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(unknown_actions) ON TABLE public."position" TO vinterkoll_api;


--
-- Name: COLUMN "position".plough_known; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(plough_known) ON TABLE public."position" TO vinterkoll_api;


--
-- Name: COLUMN "position".plough_down; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(plough_down) ON TABLE public."position" TO vinterkoll_api;


--
-- Name: COLUMN "position".spread_g_per_m2; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(spread_g_per_m2) ON TABLE public."position" TO vinterkoll_api;


--
-- Name: COLUMN "position".spread_ml_per_m2; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(spread_ml_per_m2) ON TABLE public."position" TO vinterkoll_api;


--
-- Name: COLUMN "position".line; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(line) ON TABLE public."position" TO vinterkoll_api;


--
-- Name: TABLE raw_horizon; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.raw_horizon TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.raw_horizon TO vinterkoll_register;
GRANT SELECT ON TABLE public.raw_horizon TO vinterkoll_api;


--
-- Name: TABLE rederivation; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.rederivation TO vinterkoll_api;
GRANT SELECT ON TABLE public.rederivation TO vinterkoll_ingest;


--
-- Name: TABLE register_change; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.register_change TO vinterkoll_api;
GRANT SELECT ON TABLE public.register_change TO vinterkoll_register;


--
-- Name: TABLE reject; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.reject TO vinterkoll_ingest;


--
-- Name: COLUMN reject.reject_id; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(reject_id) ON TABLE public.reject TO vinterkoll_api;


--
-- Name: COLUMN reject.message_id; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(message_id) ON TABLE public.reject TO vinterkoll_api;


--
-- Name: COLUMN reject.received_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(received_at) ON TABLE public.reject TO vinterkoll_api;


--
-- Name: COLUMN reject.item; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(item) ON TABLE public.reject TO vinterkoll_api;


--
-- Name: COLUMN reject.code; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(code) ON TABLE public.reject TO vinterkoll_api;


--
-- Name: COLUMN reject.field; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(field) ON TABLE public.reject TO vinterkoll_api;


--
-- Name: COLUMN reject.detail; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(detail) ON TABLE public.reject TO vinterkoll_api;


--
-- Name: COLUMN reject.replayed_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(replayed_at) ON TABLE public.reject TO vinterkoll_api;
GRANT UPDATE(replayed_at) ON TABLE public.reject TO vinterkoll_ingest;


--
-- Name: TABLE reject_message; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.reject_message TO vinterkoll_ingest;


--
-- Name: COLUMN reject_message.message_id; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(message_id) ON TABLE public.reject_message TO vinterkoll_api;


--
-- Name: COLUMN reject_message.received_at; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(received_at) ON TABLE public.reject_message TO vinterkoll_api;


--
-- Name: COLUMN reject_message.source; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(source) ON TABLE public.reject_message TO vinterkoll_api;


--
-- Name: COLUMN reject_message.topic; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(topic) ON TABLE public.reject_message TO vinterkoll_api;


--
-- Name: COLUMN reject_message.format; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(format) ON TABLE public.reject_message TO vinterkoll_api;


--
-- Name: COLUMN reject_message.owner; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT(owner) ON TABLE public.reject_message TO vinterkoll_api;


--
-- Name: TABLE schema_migration; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.schema_migration TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.schema_migration TO vinterkoll_api;


--
-- Name: TABLE sensor; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.sensor TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.sensor TO vinterkoll_api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sensor TO vinterkoll_register;


--
-- Name: TABLE snow; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.snow TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.snow TO vinterkoll_api;


--
-- Name: TABLE snow_depth; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.snow_depth TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.snow_depth TO vinterkoll_api;


--
-- Name: TABLE spread_day; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.spread_day TO vinterkoll_api;


--
-- Name: TABLE tally; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.tally TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.tally TO vinterkoll_api;


--
-- Name: TABLE threshold; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.threshold TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.threshold TO vinterkoll_api;
GRANT SELECT ON TABLE public.threshold TO vinterkoll_register;


--
-- Name: TABLE treatment; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.treatment TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.treatment TO vinterkoll_api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.treatment TO vinterkoll_register;


--
-- Name: TABLE treatment_day; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.treatment_day TO vinterkoll_api;


--
-- Name: TABLE vehicle; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.vehicle TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.vehicle TO vinterkoll_api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.vehicle TO vinterkoll_register;


--
-- PostgreSQL database dump complete
--

\unrestrict vinterkoll

