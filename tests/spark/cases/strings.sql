-- setup
create or replace temp view s as select * from values (1, 'Spark SQL'), (2, ''), (3, null), (4, '  pad  '), (5, '日本語テキスト'), (6, 'a,b,,c,'), (7, 'Straße ÄÖ') t(id, x)
-- case substring_positions
select substring('Spark SQL', 5), substring('Spark SQL', -3), substring('Spark SQL', 5, 1), substring('Spark SQL', 0, 3), substring('Spark SQL', -20, 14), substring('Spark SQL', 1, -1), substring('Spark SQL', 10), substr('abc', 2), substring('abc' from 2 for 1), substring('abc', 0)
-- case substring_column
select id, substring(x, 2, 3), substring(x, -2), left(x, 2), right(x, 2) from s order by id
-- case substring_null
select substring(null, 1, 2), substring('abc', null, 2), substring('abc', 1, null)
-- case substring_binary
select substring(x'010203', 2), hex(substring(cast('abc' as binary), -2, 1))
-- case substring_index_values
select substring_index('www.apache.org', '.', 2), substring_index('www.apache.org', '.', -1), substring_index('a.b', '.', 0), substring_index('a.b', '', 1), substring_index('a.b', '.', 5)
-- case length_values
select length('Spark SQL '), char_length('日本'), octet_length('日本'), bit_length('ab'), length(x'0102'), length(''), length(null)
-- case lengths_column
select id, length(x), octet_length(x), upper(x), lower(x), initcap(x), reverse(x) from s order by id
-- case trims
select trim('  a b '), ltrim('  a '), rtrim(' a  '), trim(both 'x' from 'xxaxx'), trim(leading 'x' from 'xxax'), trim(trailing 'x' from 'xaxx'), btrim('xyaxy', 'xy'), trim('\t a'), ltrim('ab', 'abc')
-- case pads
select lpad('hi', 5, '??'), rpad('hi', 5, 'ab'), lpad('hi', 1, '?'), lpad('hi', 5), rpad('hi', 0, 'x'), lpad('hi', -1, 'x'), lpad('hi', 5, ''), lpad(x'12', 3, x'00')
-- case concat_values
select concat('a', 'b'), concat('a', null), 'a' || 1 || true, concat(), concat(1, 2.5), concat(array(1), array(2, null)), concat_ws('-', 'a', null, 'b'), concat_ws(',', array('x', null, 'y'), 'z'), concat_ws(null, 'a'), concat_ws('-')
-- case instr_locate
select instr('SparkSQL', 'SQL'), instr('abc', ''), locate('bar', 'foobarbar'), locate('bar', 'foobarbar', 5), position('bar', 'foobar'), position('z' in 'abc'), instr(null, 'a'), locate('a', 'abc', 0)
-- case replace_translate
select replace('ABCabc', 'abc', 'DEF'), replace('aaa', 'a'), replace('abc', '', 'x'), translate('AaBbCc', 'abc', '123'), translate('abcd', 'abc', '1'), overlay('Spark SQL' placing '_' from 6), overlay('Spark SQL', 'CORE', 7), overlay('Spark SQL', 'ANSI ', 7, 0)
-- case split_values
select split('oneAtwoBthreeC', '[ABC]'), split('oneAtwoBthreeC', '[ABC]', 2), split('oneAtwoBthreeC', '[ABC]', -1), split('abc', ''), split('', ','), split('a,b,,', ','), split('a.b', '\\.'), split(null, ','), split('aXbXc', '(?<=X)'), split('a1b2', '(?=[0-9])')
-- case split_part_values
select split_part('11.12.13', '.', 3), split_part('11.12.13', '.', -1), split_part('a.b', '.', 9), split_part('abc', '', 1)
-- case split_part_zero
select split_part('a.b', '.', 0)
-- case regexp_extract_values
select regexp_extract('100-200', '(\\d+)-(\\d+)', 1), regexp_extract('100-200', '(\\d+)-(\\d+)', 0), regexp_extract('abc', '(\\d+)', 1), regexp_extract('foo', '(o)(x)?', 2), regexp_extract('a1', '(\\d)'), regexp_extract_all('100-200,300-400', '(\\d+)-(\\d+)', 1), regexp_extract_all('a1b2', '[a-z]\\d', 0)
-- case regexp_extract_bad_group
select regexp_extract('abc', '(b)', 2)
-- case regexp_replace_values
select regexp_replace('100-200', '(\\d+)', 'num'), regexp_replace('abc', '(b)', '[$1]'), regexp_replace('aaa', 'a', 'b', 2), regexp_replace('Hello', '(?i)L', 'x'), regexp_replace('a.b', '.', '#'), regexp_replace('abc', '', '-'), regexp_replace(null, 'a', 'b')
-- case regexp_lookaround
select regexp_replace('4111111111111111', '\\d(?=\\d{4})', '*'), regexp_replace('price: $100', '(?<=\\$)\\d+', 'N'), regexp_replace('foobar foobaz', 'foo(?!bar)', 'X'), regexp_extract('abcabc', '(?<!^)abc', 0), regexp_replace('aa bb cc', '(\\w)\\1', '<$0>'), regexp_replace('john@example.com', '(?<=.).(?=[^@]*@)', '*')
-- case regexp_named_and_possessive
select regexp_replace('2020-01', '(?<y>\\d{4})-(?<m>\\d\\d)', '${m}/${y}'), regexp_extract('aaa', 'a++', 0), regexp_extract('xay', '\\p{Alpha}+', 0), regexp_extract('Ünï', '\\p{L}+', 0), regexp_extract('tab\there', '\\s', 0) = '\t'
-- case regexp_bad_pattern
select regexp_replace('a', '(', 'b')
-- case rlike_bad_pattern
select 'a' rlike '['
-- case rlike_values
select 'Spark' rlike '^S', 'Spark' rlike 'ark$', regexp_like('abc', 'B'), regexp('abc', '(?i)B'), null rlike 'a', 'a' rlike null, 'line1\nline2' rlike '^line2', 'a\nb' rlike 'a.b', rlike('x1', '\\d')
-- case regexp_count_instr
select regexp_count('Steven Jones and Stephen Smith', 'Ste(v|ph)en'), regexp_instr('abc123', '[0-9]+'), regexp_substr('a1b22', '\\d+'), regexp_substr('abc', 'z'), regexp_count('aaa', 'b')
-- case like_values
select 'Spark' like 'S%', 'Spark' like '_park', 'a%b' like 'a\\%b', 'a_b' like 'a\\_b', 'abc' like 'ABC', 'abc' ilike 'A_C', 'abc' not like 'a%', null like 'a', 'a' like null, '' like '', 'a\nb' like 'a%b', '%' like '/%' escape '/'
-- case like_any_all
select 'foo' like any ('f%', 'b%'), 'foo' like all ('f%', '%o'), 'foo' not like any ('f%', 'b%'), 'foo' like some ('z'), 'FOO' ilike any ('f%')
-- case like_bad_escape
select 'a' like 'a\\b'
-- case contains_startswith
select contains('Spark SQL', 'SQL'), contains('abc', ''), startswith('Spark', 'Sp'), endswith('Spark', 'rk'), startswith(null, 'a'), contains(x'0102', x'02')
-- case ascii_chr
select ascii('a'), ascii(''), ascii('é'), char(65), chr(256), chr(-1), chr(955), ascii('日')
-- case repeat_space
select repeat('ab', 3), repeat('a', 0), repeat('a', -1), space(3), length(space(2)), repeat(null, 2)
-- case base64_hash
select base64('Spark SQL'), unbase64('U3BhcmsgU1FM'), cast(unbase64('YQ==') as string), md5('Spark'), sha1('Spark'), sha('Spark'), sha2('Spark', 256), sha2('Spark', 0), sha2('Spark', 1), crc32('Spark')
-- case spark_hashes
select hash('Spark', array(123), 2), xxhash64('Spark', array(123), 2), hash(1), hash(1L), hash(1.5D), hash(cast(null as int)), hash(true), hash(date'2020-01-01'), hash(1.50), xxhash64(1), xxhash64('x'), xxhash64(null), hash(named_struct('a', 1)), hash(0.0D), hash(-0.0D)
-- case levenshtein_soundex
select levenshtein('kitten', 'sitting'), levenshtein('kitten', 'sitting', 2), soundex('Miller'), soundex(''), levenshtein('', 'abc'), levenshtein(null, 'a')
-- case format_string_values
select format_string('Hello World %d %s', 100, 'days'), printf('%05.2f|%x|%-5s|%+d', 3.14159D, 255, 'ab', 5), format_string('%s', null), format_string('%d%%', 5)
-- case find_in_set_elt_field
select find_in_set('ab', 'abc,b,ab,c,def'), find_in_set('a,b', 'a,b'), elt(1, 'scala', 'java'), elt(2, 'a', 'b'), field('b', 'a', 'b')
-- case find_in_set_elt
select find_in_set('ab', 'abc,b,ab,c,def'), find_in_set('a,b', 'a,b'), find_in_set('', 'a'), elt(1, 'scala', 'java'), elt(2, 'a', 'b')
-- case elt_out_of_range
select elt(3, 'a', 'b')
-- case encode_decode
select encode('abc', 'utf-8'), decode(encode('abc', 'utf-16'), 'utf-16'), decode(x'616263', 'UTF-8'), decode(2, 1, 'a', 2, 'b', 'other'), decode(9, 1, 'a'), hex(encode('é', 'ISO-8859-1'))
-- case encode_bad_charset
select encode('abc', 'nope')
-- case sentences_values
select sentences('Hi there! Good morning.'), str_to_map('a:1,b:2,c'), str_to_map('a=1&b=2', '&', '='), parse_url('http://spark.apache.org/path?query=1', 'HOST'), parse_url('http://spark.apache.org/path?query=1', 'QUERY', 'query'), url_encode('a b&c'), url_decode('a+b%26c')
-- case mask_values
select mask('abcd-EFGH-8765-4321'), mask('AbCD123-@$#', 'Q', 'q', 'd', 'o'), mask('AbCD', null), mask(null)
-- case luhn_uuid
select luhn_check('8112189876'), luhn_check('79927398714'), length(uuid()), is_valid_utf8('a'), to_binary('616263', 'hex'), to_binary('abc', 'utf-8'), try_to_binary('zz', 'hex')
-- case quote_collate
select 'a' 'b', "double quoted", 'it''s', r'raw\n', 'tab\tx', '\u0041', 'a\\b', '\'q\'', X'1F', 'multi
line'
-- case string_comparison_order
select x from values ('b'), ('a'), ('B'), (null), (''), ('é'), ('z'), ('aa') t(x) order by x
-- case string_desc_nulls
select x from values ('b'), ('a'), (null) t(x) order by x desc nulls first
-- case upper_special
select upper('straße'), lower('İ'), upper('ﬁ'), initcap('hello wORLD-foo bar_baz'), upper(null), initcap('')
-- case randstr_typed
select typeof(uuid()), typeof(rand()), rand(42) = rand(42), typeof(random())
-- case to_char_like
select char_length(cast(123 as string)), concat(1.0, 'x'), concat(1.5D, 'x'), concat(date'2020-01-01', ''), concat(true, ''), concat(cast(1e20 as double), '')
-- case strings_to_json
select to_json(named_struct('a', 1, 'b', null, 'c', array(1.5, null))), to_json(map('x', date'2020-01-01')), get_json_object('{"a":{"b":[1,2]}}', '$.a.b[1]'), get_json_object('{"a":1}', '$.x'), json_tuple('{"a":1,"b":"x"}', 'a', 'b'), json_array_length('[1,2,3]'), json_object_keys('{"f1":1,"f2":2}')
-- case from_json_values
select from_json('{"a":1, "b":0.8}', 'a INT, b DOUBLE'), from_json('{"a":"x"}', 'a INT'), from_json('bad', 'a INT'), from_json('[1,2]', 'array<int>'), from_json('{"k":1}', 'map<string,int>'), schema_of_json('[{"col":0}]'), from_json('{"t":"2020-01-01T00:00:00Z"}', 't timestamp')
-- case from_csv_values
select from_csv('1, 0.8', 'a INT, b DOUBLE'), to_csv(named_struct('a', 1, 'b', 'x,y')), schema_of_csv('1,abc')
-- case string_agg_listagg
select listagg(x, ',') within group (order by x desc), string_agg(x, '-') within group (order by x) from values ('a'), ('c'), (null), ('b') t(x)
-- case get_json_object_wildcards
select d, get_json_object(d, "$[*].f1"), get_json_object(d, "$[*]"), get_json_object(d, "$.a[*]"), get_json_object(d, "$.a[*].b"), get_json_object(d, "$.a.*"), get_json_object(d, "$.*"), get_json_object(d, "$.a[0]"), get_json_object(d, "$.a[*][*]"), get_json_object(d, "$.a.b"), get_json_object(d, "$.a[0][*].b"), get_json_object(d, "$.a[*].b[*]"), get_json_object(d, "$[0].f1") from values ('[{"f1":"value12","f2":5}]'), ('[{"f1":"v1"},{"f1":"v2"}]'), ('[{"f1":"v1"},{"f2":null}]'), ('{"a":[1]}'), ('{"a":["x"]}'), ('{"a":[{"b":"x"},{"b":"y"}]}'), ('{"a":{"b":"x"}}'), ('{"a":[[1,2],[3]]}'), ('{"a":[["x"]]}'), ('{"a":[{"b":[1,2]},{"b":[3]}]}'), ('{"a":null}'), ('{"a":[null]}'), ('{"a":[]}'), ('[[1]]'), ('{"a":[[{"b":"x"}]]}'), ('{"a":1,"a":2}'), ('{"a":null,"a":2}') t(d) order by d
-- case to_csv_nested
select to_csv(named_struct('a', array(1, 2), 'm', map('k', 1, 'l', null), 's', named_struct('x', 1, 'y', 'q'), 'n', array(cast(null as int), 3, null), 't', array('p', 'q r'))), to_csv(named_struct('a', array(date'2020-01-02', null), 'd', array(1.5D, 2.0D), 'b', array(x'41'), 'e', array(true), 'z', array(timestamp'2020-01-01 00:00:00'), 'o', array(named_struct('x', cast(null as int)))))
-- case like_any_all_columns
select x, x like any ('S%', '%k%'), x like all ('%a%', '%S%'), x not like all ('a%', 'b%'), x ilike all ('%SQL', 's%'), x not ilike any ('s%', '%l'), x like any ('S%', null), x like all (concat('S', '%'), '%L', 'S%', '%'), x like any ('a' || '%', upper('s') || '%') from s order by id
-- case like_any_as_a_function
select likeany('foo', 'f%')
-- case json_numbers
select get_json_object(x, '$.a'), get_json_object(x, '$.b'), get_json_object(x, '$.b[1]'), get_json_object(x, '$.c'), get_json_object(x, '$.d'), get_json_object(x, '$'), json_tuple(x, 'a', 'b', 'c', 'd') from values ('{"a":1.50,"b":[1.0,1e3,-0,-0.0,0.1e-7,1E400],"c":12345678901234567890,"d":123456789.123456789123}') t(x)
-- case json_numbers_nested
select get_json_object('[{"a":1.10},{"a":2e2}]', '$[*].a'), get_json_object('{"a":{"b":1.10,"c":[-0]}}', '$.a'), get_json_object('{"a":007}', '$.a'), get_json_object('{"a":-0}', '$.a')
