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

SET default_tablespace = '';

SET default_table_access_method = heap;

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
    CONSTRAINT api_key_scope_check CHECK ((scope = ANY (ARRAY['ingest'::text, 'read'::text])))
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
-- Name: contractor; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.contractor (
    contractor text NOT NULL,
    name text NOT NULL
);


--
-- Name: device; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.device (
    device_id integer NOT NULL,
    kind text NOT NULL,
    owner text NOT NULL,
    name text NOT NULL,
    part text NOT NULL,
    first_seen timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT device_kind_check CHECK ((kind = ANY (ARRAY['position'::text, 'flow'::text, 'snow'::text])))
);


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
    rejects bigint NOT NULL
);


--
-- Name: network; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.network (
    network_id integer NOT NULL,
    name text NOT NULL,
    generated boolean NOT NULL,
    digest text NOT NULL,
    loaded_at timestamp with time zone DEFAULT now() NOT NULL
);


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
    odometer_m double precision
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
    CONSTRAINT segment_kind_check CHECK ((kind = ANY (ARRAY['carriageway'::text, 'gc'::text, 'area'::text]))),
    CONSTRAINT segment_length_m_check CHECK ((length_m > (0)::double precision)),
    CONSTRAINT segment_passes_required_check CHECK ((passes_required = ANY (ARRAY[1, 2]))),
    CONSTRAINT segment_winter_class_check CHECK (((winter_class >= 1) AND (winter_class <= 5)))
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
    CONSTRAINT sensor_check CHECK ((((lon >= ('-180'::integer)::double precision) AND (lon <= (180)::double precision)) AND ((lat >= ('-90'::integer)::double precision) AND (lat <= (90)::double precision)))),
    CONSTRAINT sensor_check1 CHECK (((kind = 'flow'::text) OR (mounting_height_m IS NOT NULL))),
    CONSTRAINT sensor_kind_check CHECK ((kind = ANY (ARRAY['flow'::text, 'snow'::text]))),
    CONSTRAINT sensor_mounting_height_m_check CHECK (((mounting_height_m > (0)::double precision) AND (mounting_height_m < (100)::double precision)))
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
     LEFT JOIN public.sensor s ON (((s.sensor = d.name) AND (s.kind = 'snow'::text))))
  ORDER BY o.device_id, o."time", o.seq, o.version DESC NULLS LAST, o.digest DESC;


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
    CONSTRAINT stretch_direction_check CHECK ((direction = ANY (ARRAY[1, '-1'::integer])))
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
    CONSTRAINT treatment_direction_check CHECK ((direction = ANY (ARRAY[1, '-1'::integer, 0])))
);


--
-- Name: vehicle; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.vehicle (
    contractor text NOT NULL,
    vehicle text NOT NULL,
    name text NOT NULL,
    kinds text[] DEFAULT '{carriageway}'::text[] NOT NULL,
    CONSTRAINT vehicle_kinds_check CHECK (((kinds <@ ARRAY['carriageway'::text, 'gc'::text, 'area'::text]) AND (cardinality(kinds) > 0)))
);


--
-- Data for Name: api_key; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.api_key (key_id, owner, scope, hash, created_at, last_used_on, revoked_at) FROM stdin;
1	snow	ingest	\\x9d0f7da7f2880b0344aad1d86b8a8fcd46381689a2781f00fc3969fb0978122a	2026-11-28 20:42:50.786021+00	\N	\N
\.


--
-- Data for Name: contractor; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.contractor (contractor, name) FROM stdin;
snow	Snö AB
rain	Regn AB
\.


--
-- Data for Name: device; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.device (device_id, kind, owner, name, part, first_seen) FROM stdin;
1	position	snow	v0		2026-11-28 20:43:01.038284+00
2	position	snow	v1		2026-11-28 20:43:01.038284+00
3	flow		urn:ngsi-ld:TrafficFlowObserved:c0		2026-11-28 20:43:01.153595+00
4	snow		0004a30b001c0530		2026-11-28 20:43:01.155599+00
5	flow		urn:ngsi-ld:TrafficFlowObserved:c1		2026-11-28 20:43:01.321296+00
\.


--
-- Data for Name: flow; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.flow (device_id, "time", seq, digest, version, received_at, period_s, intensity, occupancy, speed_kmh, vehicle_length_m, gap_m, headway_s, congested, reversed_lane, lon, lat, road_segment) FROM stdin;
3	2026-01-15 00:01:00+00	0	3816927390910026791	\N	2026-01-15 08:00:09.410762+00	60	27	0.27	71.3	\N	\N	\N	-1	-1	\N	\N	\N
5	2026-01-15 00:05:00+00	0	8528276746983373703	2026-01-16 23:59:00+00	2026-01-15 08:00:09.471044+00	60	12	0.12	30.5	\N	\N	\N	-1	-1	\N	\N	\N
3	2026-01-15 00:18:00+00	0	7662078919747102406	\N	2026-01-15 08:00:09.580538+00	60	19	0.19	30.5	\N	\N	\N	-1	-1	\N	\N	\N
5	2026-01-15 00:07:00+00	0	-6527151749913566342	\N	2026-01-15 08:00:09.580708+00	\N	35	0.35	30.5	\N	\N	\N	-1	-1	\N	\N	\N
3	2026-01-15 00:18:00+00	0	-1152741927331322232	2026-01-17 23:59:00+00	2026-01-15 08:00:09.581071+00	\N	9	0.09	71.3	\N	\N	\N	-1	-1	\N	\N	\N
5	2026-01-15 00:02:00+00	0	8953059625792498750	\N	2026-01-15 08:00:09.581304+00	300	16	0.16	71.3	\N	\N	\N	-1	-1	\N	\N	\N
3	2026-01-15 00:19:00+00	0	398711047493885754	2026-01-17 23:59:00+00	2026-01-15 08:00:09.581445+00	\N	21	0.21	71.3	\N	\N	\N	-1	-1	\N	\N	\N
\.


--
-- Data for Name: flow_window; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.flow_window (device_id, "time", vehicles, speed_kmh, occupancy, covered_s, counted_s) FROM stdin;
3	2026-01-15 00:00:00+00	27	71.30000305175781	0.27000001072883606	60	60
5	2026-01-15 00:00:00+00	9.6	71.30000305175781	0.1599999964237213	180	180
5	2026-01-15 00:05:00+00	18.4	44.69130540930706	0.1466666633884112	120	180
\.


--
-- Data for Name: ingest_status; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.ingest_status (worker, updated_at, last_received_at, last_event_at, lag_s, messages, rows, duplicates, rejects) FROM stdin;
ingest	2026-11-28 20:43:01.444572+00	2026-01-15 08:00:09.581624+00	2026-01-15 01:55:44+00	0.407232	76	73	0	3
\.


--
-- Data for Name: network; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.network (network_id, name, generated, digest, loaded_at) FROM stdin;
1	town	t	town	2026-11-28 20:42:41.397947+00
\.


--
-- Data for Name: position; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public."position" (device_id, "time", seq, digest, version, received_at, lon, lat, speed_kmh, heading_deg, accuracy_m, hdop, actions, unknown_actions, plough_known, plough_down, spread_material, spread_g_per_m2, spread_ml_per_m2, spread_width_m, spread_symmetry, area, contract, event, odometer_m) FROM stdin;
1	2026-01-15 00:26:19+00	0	-3050781079198590447	\N	2026-01-15 08:00:09.410522+00	18.7132666	63.2880927	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:02:55+00	0	-939298862799405923	\N	2026-01-15 08:00:09.410679+00	18.7124989	63.2874652	\N	\N	60	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 00:50:29+00	0	-8925518704124011728	\N	2026-01-15 08:00:09.410821+00	18.7206174	63.2880017	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 00:28:49+00	0	-8872254013605904174	\N	2026-01-15 08:00:09.410977+00	18.7115853	63.2874158	30	\N	\N	\N	129	\N	0	0	SALT	0	0	6	\N	\N	\N	\N	\N
1	2026-01-15 00:33:04+00	0	7269894890194710458	\N	2026-01-15 08:00:09.411039+00	18.7118716	63.2877875	30	\N	\N	\N	129	\N	0	0	sand	150	\N	3	\N	\N	\N	\N	\N
2	2026-01-15 00:35:39+00	0	6011929431780111961	\N	2026-01-15 08:00:09.411098+00	19.1100149	63.2765098	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-14 23:59:00+00	0	6508219878638665376	\N	2026-01-15 08:00:09.411158+00	18.7191474	63.2878812	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 01:55:29+00	0	-1878942128295915304	\N	2026-01-15 08:00:09.470106+00	18.7127014	63.2874903	30	\N	\N	\N	1048577	Saltning	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:34:04+00	0	1004168419339865765	\N	2026-01-15 08:00:09.470181+00	18.7119628	63.2875839	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-14 23:59:20+00	0	-593111923878080345	\N	2026-01-15 08:00:09.470242+00	18.7118854	63.2875701	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:26:09+00	0	-2965312269151984488	\N	2026-01-15 08:00:09.470291+00	18.7129524	63.2874426	30	\N	\N	\N	129	\N	0	0	SALT	12.3	4	6	\N	\N	\N	\N	\N
2	2026-01-15 00:50:34+00	0	-1051846883601384301	\N	2026-01-15 08:00:09.470338+00	18.7179206	63.2879249	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 01:20:49+00	0	-8081785542736271502	\N	2026-01-15 08:00:09.470385+00	18.7132403	63.2881639	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:44+00	0	5688367938555757290	\N	2026-01-15 08:00:09.470432+00	18.7101861	63.2874222	30	\N	\N	\N	65	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 01:20:29+00	0	2328591124154138356	\N	2026-01-15 08:00:09.470479+00	18.7112723	63.2874383	30	\N	\N	\N	129	\N	0	0	\N	\N	20.05	0	\N	\N	\N	\N	\N
1	2026-01-15 00:25:54+00	0	-6245560286914423737	\N	2026-01-15 08:00:09.470525+00	18.7105215	63.2874614	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-14 23:59:00+00	0	5956681607009953228	\N	2026-01-15 08:00:09.470569+00	18.7130833	63.2875812	\N	\N	\N	12	64	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:02:40+00	0	5032601512221474206	\N	2026-01-15 08:00:09.470621+00	18.7106953	63.2874495	\N	\N	\N	12	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:02:50+00	0	-6945716386788453242	\N	2026-01-15 08:00:09.470662+00	18.7117232	63.2874232	\N	\N	\N	12	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:18:44+00	0	8947777073976583663	\N	2026-01-15 08:00:09.470707+00	18.7101861	63.2874222	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:39+00	0	-3241119870963965300	\N	2026-01-15 08:00:09.470748+00	18.7132123	63.2877169	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:25:49+00	0	4027533747288466035	\N	2026-01-15 08:00:09.471091+00	18.7110309	63.2875175	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:29+00	0	5688367938555757290	\N	2026-01-15 08:00:09.471134+00	18.7101861	63.2874222	30	\N	\N	\N	65	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:26:24+00	0	-5736963147609385453	\N	2026-01-15 08:00:09.471176+00	18.7127922	63.2882188	30	\N	\N	\N	1048576	Plogning	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 01:55:39+00	0	-3668000298006630563	\N	2026-01-15 08:00:09.473147+00	18.713254	63.2879984	30	\N	\N	\N	65	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-14 23:59:15+00	0	71114379849032264	\N	2026-01-15 08:00:09.579347+00	18.7180332	63.2876983	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:03:15+00	0	-1203218841975858753	\N	2026-01-15 08:00:09.579691+00	18.7124392	63.2881392	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:24+00	0	8947777073976583663	\N	2026-01-15 08:00:09.579812+00	18.7101861	63.2874222	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 01:50:29+00	0	7486834981097435504	\N	2026-01-15 08:00:09.579885+00	18.7103088	63.2874506	\N	\N	\N	12	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:34:24+00	0	6532198939760150151	\N	2026-01-15 08:00:09.579948+00	18.7116695	63.2873999	30	\N	\N	\N	1048576	Plogning	0	0	SALT	7.7	0	4.5	\N	\N	\N	\N	\N
2	2026-01-15 01:20:39+00	0	8016810067309129266	\N	2026-01-15 08:00:09.579994+00	18.718752	63.28733	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:25:59+00	0	-2431002297531718481	\N	2026-01-15 08:00:09.580099+00	18.7113561	63.2873741	30	\N	\N	\N	129	\N	0	0	sand	150	\N	3	\N	\N	\N	\N	\N
2	2026-01-15 00:28:59+00	0	7448967064468750260	\N	2026-01-15 08:00:09.580143+00	18.7186421	63.2872263	\N	\N	\N	\N	1048576	Plogning	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:18:49+00	0	8947777073976583663	\N	2026-01-15 08:00:09.580185+00	18.7101861	63.2874222	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 00:50:19+00	0	8104839468620492640	\N	2026-01-15 08:00:09.580222+00	18.7131413	63.287803	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:03:10+00	0	-6684617819174318781	\N	2026-01-15 08:00:09.580264+00	18.7132061	63.2881935	30	\N	\N	\N	65	\N	0	0	SALT	7.7	0	4.5	\N	\N	\N	\N	\N
1	2026-01-14 23:59:05+00	0	2209284213894649862	\N	2026-01-15 08:00:09.5803+00	18.7190576	63.2881538	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:18:14+00	0	-4868911633106540077	\N	2026-01-15 08:00:09.58034+00	18.7119606	63.2876327	30	\N	\N	\N	0	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:39+00	0	8947777073976583663	\N	2026-01-15 08:00:09.580381+00	18.7101861	63.2874222	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:19:04+00	0	-8713454668839339651	\N	2026-01-15 08:00:09.580422+00	18.7119396	63.2880867	30	\N	\N	\N	64	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:18:44+00	0	-6760546404778154760	\N	2026-01-15 08:00:09.58046+00	18.7131293	63.2874826	\N	\N	\N	\N	1048576	Plogning	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 01:35:39+00	0	-1281227392850973703	\N	2026-01-15 08:00:09.580495+00	18.7120158	63.2881696	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 01:50:24+00	0	7256434902161675718	\N	2026-01-15 08:00:09.580583+00	18.7113159	63.2874277	\N	\N	60	\N	64	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:25:59+00	0	4267936483131384519	\N	2026-01-15 08:00:09.580623+00	18.7114201	63.2874358	\N	\N	\N	\N	0	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 01:20:44+00	0	4057527125421659986	\N	2026-01-15 08:00:09.580742+00	18.7190449	63.2875304	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:34:14+00	0	-6672208069609105529	\N	2026-01-15 08:00:09.580782+00	18.7106377	63.2874709	30	\N	\N	\N	129	\N	0	0	sand	99999	\N	3	\N	\N	\N	\N	\N
2	2026-01-15 00:50:39+00	0	780953598126845404	\N	2026-01-15 08:00:09.580817+00	18.7179863	63.2875614	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:09+00	0	8947777073976583663	\N	2026-01-15 08:00:09.580856+00	18.7101861	63.2874222	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 00:14:09+00	0	8273531515597545430	\N	2026-01-15 08:00:09.580911+00	18.712048	63.2879778	\N	\N	\N	12	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 01:35:44+00	0	-3044716508350259235	\N	2026-01-15 08:00:09.580956+00	18.7120535	63.2878346	\N	\N	60	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:19+00	0	8947777073976583663	\N	2026-01-15 08:00:09.580995+00	18.7101861	63.2874222	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 00:50:19+00	0	-2044973775649563344	\N	2026-01-15 08:00:09.581032+00	18.721148	63.2875823	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:26:09+00	0	-867186713201114051	\N	2026-01-15 08:00:09.581109+00	18.7130245	63.2874203	\N	\N	\N	\N	1048577	Saltning	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:25:54+00	0	-3332764292929845174	\N	2026-01-15 08:00:09.581189+00	18.710505	63.2874839	30	\N	\N	\N	65	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:26:14+00	0	222062256041318358	\N	2026-01-15 08:00:09.581228+00	18.7131873	63.2877322	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:18:14+00	0	-3383544320193960928	\N	2026-01-15 08:00:09.581265+00	18.7119549	63.2875269	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:33:59+00	0	2721777526555906093	\N	2026-01-15 08:00:09.581339+00	18.7120823	63.2878928	30	\N	\N	\N	0	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:25:44+00	0	-5663169573017801594	\N	2026-01-15 08:00:09.581373+00	18.7117711	63.2874276	30	\N	\N	\N	65	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 01:20:49+00	0	-5316767986811510877	\N	2026-01-15 08:00:09.58141+00	18.7190741	63.2879255	\N	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	2026-01-15 01:55:44+00	0	1546797887482707017	\N	2026-01-15 08:00:09.58148+00	18.8125751	63.2856327	\N	\N	\N	\N	64	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2026-01-15 00:18:54+00	0	-8896374950266162179	\N	2026-01-15 08:00:09.581519+00	18.7130871	63.288245	30	\N	\N	\N	1	\N	0	0	\N	\N	\N	\N	\N	\N	\N	\N	\N
\.


--
-- Data for Name: reject; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.reject (reject_id, message_id, received_at, item, code, field, detail, replayed_at) FROM stdin;
1	1	2026-01-15 08:00:09.581554+00	-1	bad_json		JSON is malformed: invalid character (byte 0)	\N
2	2	2026-01-15 08:00:09.581589+00	0	future	time	the event time lies ahead of the receive clock	\N
3	3	2026-01-15 08:00:09.581624+00	0	too_old	time	the event time lies before the raw horizon	\N
\.


--
-- Data for Name: reject_message; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.reject_message (message_id, received_at, source, topic, format, owner, payload) FROM stdin;
1	2026-01-15 08:00:09.581554+00	mqtt	mip/v1/snow/v1/position	mip	snow	\\x72756262697368
2	2026-01-15 08:00:09.581589+00	mqtt	mip/v1/rain/r1/position	mip	rain	\\x7b2274696d65223a22323032372d30322d31395430383a30303a30302b30303a3030222c226c6f6e223a31382e372c226c6174223a36332e332c22616374696f6e73223a5b5d7d
3	2026-01-15 08:00:09.581624+00	mqtt	mip/v1/rain/r1/position	mip	rain	\\x7b2274696d65223a22323031352d30322d30325430303a30303a30302b30303a3030222c226c6f6e223a31382e372c226c6174223a36332e332c22616374696f6e73223a5b5d7d
\.


--
-- Data for Name: schema_migration; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.schema_migration (version, name, checksum, applied_at) FROM stdin;
1	foundation	89e5d21b0c0172bab75e28ea4b4bbe977255c14a40f48f3ecbe280f955c17935	2026-11-28 20:42:40.637117+00
2	roles	885200ae6c0e4f362fe5391197c9015c30be00bb64212b7e1e001f1544f7ef34	2026-11-28 20:42:40.683068+00
3	keys	0b2549cae078a970fe3ee27cb1b8bffecf001f0749068a260afac14b5eca3350	2026-11-28 20:42:40.691132+00
\.


--
-- Data for Name: segment; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.segment (segment_id, network_id, name, kind, winter_class, passes_required, length_m, start_node, end_node, geometry, extent) FROM stdin;
1	1	Storgatan	carriageway	3	2	90	0	1	\\x010200000002000000fca45363cbb532405a1c0487cba44f407c9783be40b632408b9e42ffc9a44f40	(18.711925418021096,63.28746116352768),(18.710134704514516,63.28741446259399)
2	1	Storgatan	carriageway	3	2	60.8276253029822	1	2	\\x0102000000020000007c9783be40b632408b9e42ffc9a44f40303cc2bc8fb632409d5846e9cba44f40	(18.71313075773304,63.28747287688132),(18.711925418021096,63.28741446259399)
3	1	Storgatan	carriageway	3	2	90	2	3	\\x010200000002000000303cc2bc8fb632409d5846e9cba44f406121728a96b632403c0ae252e6a44f40	(18.713234570373405,63.28827892338856),(18.71313075773304,63.28747287688132)
4	1	Storgatan	carriageway	3	2	80	1	4	\\x0102000000020000007c9783be40b632408b9e42ffc9a44f40ea4c2bca46b6324025429679e1a44f40	(18.71201766545429,63.28813094937167),(18.711925418021096,63.28741446259399)
5	1	Storgatan	carriageway	3	2	63.245553203367585	4	3	\\x010200000002000000ea4c2bca46b6324025429679e1a44f406121728a96b632403c0ae252e6a44f40	(18.713234570373405,63.28827892338856),(18.71201766545429,63.28813094937167)
\.


--
-- Data for Name: sensor; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.sensor (sensor, kind, name, lon, lat, mounting_height_m) FROM stdin;
0004a30b001c0530	snow	Torget	18.7	63.3	3.2
urn:ngsi-ld:TrafficFlowObserved:c0	flow	Bron	18.7	63.3	\N
\.


--
-- Data for Name: snow; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.snow (device_id, "time", seq, digest, version, received_at, distance_m, depth_m, battery_v, lon, lat) FROM stdin;
4	2026-01-15 00:09:00+00	10	-1900545771376580831	\N	2026-01-15 08:00:09.410885+00	2.99	\N	2.993	\N	\N
4	2026-01-15 00:29:00+00	30	1364448198852986971	\N	2026-01-15 08:00:09.469938+00	2.97	\N	2.993	\N	\N
4	2026-01-15 00:49:00+00	50	-1961477409593495719	\N	2026-01-15 08:00:09.580042+00	2.95	\N	2.993	\N	\N
4	2026-01-15 00:39:00+00	40	7411705868759811281	\N	2026-01-15 08:00:09.580667+00	2.96	\N	2.993	\N	\N
4	2026-01-14 23:59:00+00	0	-7499859416699157073	\N	2026-01-15 08:00:09.581148+00	3	\N	2.993	\N	\N
\.


--
-- Data for Name: stretch; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.stretch (device_id, "time", seq, piece, until_time, segment_id, direction, from_dm, to_dm, actions) FROM stdin;
1	2026-01-15 00:02:50+00	0	0	2026-01-15 00:02:55+00	1	1	798	900	1
1	2026-01-15 00:02:50+00	0	2	2026-01-15 00:02:55+00	2	1	0	292	1
1	2026-01-15 00:02:55+00	0	0	2026-01-15 00:03:10+00	2	1	292	608	1
1	2026-01-15 00:02:55+00	0	2	2026-01-15 00:03:10+00	3	1	0	804	1
1	2026-01-15 00:03:10+00	0	0	2026-01-15 00:03:15+00	3	1	804	900	65
1	2026-01-15 00:03:10+00	0	2	2026-01-15 00:03:15+00	5	-1	207	632	65
1	2026-01-15 00:18:14+00	0	0	2026-01-15 00:18:44+00	2	-1	0	28	1
1	2026-01-15 00:18:14+00	0	2	2026-01-15 00:18:44+00	1	-1	28	900	1
1	2026-01-15 00:18:49+00	0	0	2026-01-15 00:18:54+00	1	1	28	900	1
1	2026-01-15 00:18:49+00	0	1	2026-01-15 00:18:54+00	4	1	0	800	1
1	2026-01-15 00:18:49+00	0	2	2026-01-15 00:18:54+00	5	1	0	551	1
1	2026-01-15 00:25:44+00	0	0	2026-01-15 00:25:49+00	1	-1	445	822	65
1	2026-01-15 00:25:54+00	0	0	2026-01-15 00:25:59+00	1	1	184	646	65
1	2026-01-15 00:26:09+00	0	0	2026-01-15 00:26:14+00	2	1	549	608	1
1	2026-01-15 00:26:09+00	0	2	2026-01-15 00:26:14+00	3	1	0	290	1
1	2026-01-15 00:26:14+00	0	0	2026-01-15 00:26:19+00	3	1	290	694	1
2	2026-01-15 01:35:39+00	0	0	2026-01-15 01:35:44+00	4	-1	471	800	1
2	2026-01-15 01:50:29+00	0	0	2026-01-15 01:55:29+00	1	1	88	900	1
2	2026-01-15 01:50:29+00	0	2	2026-01-15 01:55:29+00	2	1	0	396	1
2	2026-01-15 01:55:29+00	0	0	2026-01-15 01:55:39+00	2	1	396	608	1
2	2026-01-15 01:55:29+00	0	2	2026-01-15 01:55:39+00	3	1	0	588	1
\.


--
-- Data for Name: treatment; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.treatment (segment_id, direction, action, "time", share, device_id) FROM stdin;
1	-1	0	2026-01-15 00:25:44+00	0.9688889	1
1	-1	6	2026-01-15 00:25:44+00	0.4188889	1
1	1	0	2026-01-15 01:50:29+00	0.9688889	2
1	1	6	2026-01-15 00:25:54+00	0.5133333	1
2	-1	0	2026-01-15 00:18:14+00	0.046031717	1
2	1	0	2026-01-15 01:55:29+00	0.9995459	2
3	1	0	2026-01-15 01:55:29+00	1	2
3	1	6	2026-01-15 00:03:10+00	0.10666667	1
4	-1	0	2026-01-15 01:35:39+00	0.41125	2
4	1	0	2026-01-15 00:18:49+00	1	1
5	-1	0	2026-01-15 00:03:10+00	0.671984	1
5	-1	6	2026-01-15 00:03:10+00	0.671984	1
5	1	0	2026-01-15 00:18:49+00	0.8712075	1
\.


--
-- Data for Name: vehicle; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.vehicle (contractor, vehicle, name, kinds) FROM stdin;
snow	v0	Plogbil	{carriageway,gc}
snow	v1	Traktor	{carriageway}
\.


--
-- Name: api_key_key_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.api_key_key_id_seq', 1, true);


--
-- Name: device_device_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.device_device_id_seq', 5, true);


--
-- Name: network_network_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.network_network_id_seq', 1, true);


--
-- Name: reject_message_message_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.reject_message_message_id_seq', 3, true);


--
-- Name: reject_reject_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.reject_reject_id_seq', 3, true);


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
-- Name: contractor contractor_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.contractor
    ADD CONSTRAINT contractor_pkey PRIMARY KEY (contractor);


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
-- Name: ingest_status ingest_status_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ingest_status
    ADD CONSTRAINT ingest_status_pkey PRIMARY KEY (worker);


--
-- Name: network network_digest_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.network
    ADD CONSTRAINT network_digest_key UNIQUE (digest);


--
-- Name: network network_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.network
    ADD CONSTRAINT network_pkey PRIMARY KEY (network_id);


--
-- Name: position position_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."position"
    ADD CONSTRAINT position_pkey PRIMARY KEY (device_id, "time", seq, digest);


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
    ADD CONSTRAINT sensor_pkey PRIMARY KEY (sensor);


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
-- Name: treatment treatment_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.treatment
    ADD CONSTRAINT treatment_pkey PRIMARY KEY (segment_id, direction, action);


--
-- Name: vehicle vehicle_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.vehicle
    ADD CONSTRAINT vehicle_pkey PRIMARY KEY (contractor, vehicle);


--
-- Name: flow_window_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX flow_window_time ON public.flow_window USING btree ("time");


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
-- Name: stretch_segment; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stretch_segment ON public.stretch USING btree (segment_id, "time" DESC);


--
-- Name: treatment_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX treatment_time ON public.treatment USING btree ("time");


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
-- Name: vehicle vehicle_contractor_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.vehicle
    ADD CONSTRAINT vehicle_contractor_fkey FOREIGN KEY (contractor) REFERENCES public.contractor(contractor);


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
-- Name: TABLE contractor; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.contractor TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.contractor TO vinterkoll_api;


--
-- Name: TABLE device; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.device TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.device TO vinterkoll_api;


--
-- Name: COLUMN device.kind; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(kind) ON TABLE public.device TO vinterkoll_ingest;


--
-- Name: TABLE flow; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.flow TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.flow TO vinterkoll_api;


--
-- Name: TABLE flow_window; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.flow_window TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.flow_window TO vinterkoll_api;


--
-- Name: TABLE ingest_status; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.ingest_status TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.ingest_status TO vinterkoll_api;


--
-- Name: TABLE network; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.network TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.network TO vinterkoll_api;


--
-- Name: TABLE "position"; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public."position" TO vinterkoll_ingest;


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
-- Name: TABLE segment; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.segment TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.segment TO vinterkoll_api;


--
-- Name: COLUMN segment.network_id; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(network_id) ON TABLE public.segment TO vinterkoll_ingest;


--
-- Name: TABLE sensor; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.sensor TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.sensor TO vinterkoll_api;


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
-- Name: TABLE stretch; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.stretch TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.stretch TO vinterkoll_api;


--
-- Name: TABLE treatment; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.treatment TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.treatment TO vinterkoll_api;


--
-- Name: TABLE vehicle; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.vehicle TO vinterkoll_ingest;
GRANT SELECT ON TABLE public.vehicle TO vinterkoll_api;


--
-- PostgreSQL database dump complete
--

\unrestrict vinterkoll

