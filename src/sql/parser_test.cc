#include "sql/parser.h"

#include <gtest/gtest.h>

#include <random>

#include "base/error.h"
#include "sql/testing/print.h"

namespace headrace::sql {
namespace {

struct Case {
  const char* text;
  const char* expected;
};

std::string PrintedQuery(const std::string& text) {
  try {
    return Print(std::get<plan::RelationPtr>(ParseStatement(text)));
  } catch (const Error& error) {
    return error.SparkMessage();
  }
}

std::string PrintedExpression(const std::string& text) {
  try {
    return Print(ParseExpression(text));
  } catch (const Error& error) {
    return error.SparkMessage();
  }
}

TEST(ParserTest, Expressions) {
  const Case kCases[] = {
      {"a + 1 AS b", "(a + 1:int) as b"},
      {"1 + 2 * 3 - 4", "((1:int + (2:int * 3:int)) - 4:int)"},
      {"a AND b AND c AND d", "((a and b) and (c and d))"},
      {"a AND b AND c", "((a and b) and c)"},
      {"a OR b AND NOT c", "(a or (b and not(c)))"},
      {"NOT a = b", "not((a = b))"},
      {"a <> b", "not((a = b))"},
      {"a != b", "not((a = b))"},
      {"a <=> b", "(a <=> b)"},
      {"a == b", "(a = b)"},
      {"!a", "not(a)"},
      {"a BETWEEN 1 AND 2", "between(a, 1:int, 2:int)"},
      {"a NOT BETWEEN 1 AND 2 AND b", "(not(between(a, 1:int, 2:int)) and b)"},
      {"a IN (1, 2)", "in(a, 1:int, 2:int)"},
      {"a NOT IN (SELECT x FROM t)", "not in{a; Project(Read(t); x)}"},
      {"(a, b) IN (SELECT 1, 2)", "in{a, b; Project(One; 1:int, 2:int)}"},
      {"a LIKE 'x%' ESCAPE '!'", "like(a, 'x%', '!')"},
      {"a NOT ILIKE 'x'", "not((a ilike 'x'))"},
      {"a LIKE ANY ('x', 'y')", "likeany(a, 'x', 'y')"},
      {"a NOT LIKE ALL ('x', 'y')", "notlikeall(a, 'x', 'y')"},
      {"a RLIKE 'x' OR b REGEXP 'y'", "((a rlike 'x') or (b rlike 'y'))"},
      {"a IS NOT NULL", "isnotnull(a)"},
      {"a IS NULL", "isnull(a)"},
      {"a IS NOT TRUE", "not((a <=> true))"},
      {"a IS DISTINCT FROM b", "not((a <=> b))"},
      {"a IS NOT DISTINCT FROM b", "(a <=> b)"},
      {"a || b || 'c'", "concat(concat(a, b), 'c')"},
      {"a & b | c ^ ~d", "((a & b) | (c ^ ~(d)))"},
      {"a << 1 >> 2 >>> 3", "(((a << 1:int) >> 2:int) >>> 3:int)"},
      {"a DIV 2 % 3", "((a div 2:int) % 3:int)"},
      {"-a", "negative(a)"},
      {"- 1", "-1:int"},
      {"a -1", "(a - 1:int)"},
      {"a - -1", "(a - -1:int)"},
      {"1", "1:int"},
      {"2147483648", "2147483648:bigint"},
      {"-2147483648", "-2147483648:int"},
      {"9223372036854775808", "9223372036854775808:decimal(19,0)"},
      {"1L", "1:bigint"},
      {"1S", "1:smallint"},
      {"1Y", "1:tinyint"},
      {"1.0", "1.0:decimal(2,1)"},
      {".05", "0.05:decimal(2,2)"},
      {"1.", "1:decimal(1,0)"},
      {"1e0", "1:double"},
      {"1.5E-3", "0.0015:double"},
      {"1D", "1:double"},
      {"1.5F", "1.5:float"},
      {"1BD", "1:decimal(1,0)"},
      {"-0.1BD", "-0.1:decimal(1,1)"},
      {"'it''s' 'ok'", "'it'sok'"},
      {"'a\\tb\\u0041\\%'", "'a\tbA\\%'"},
      {"r'a\\tb'", "'a\\tb'"},
      {"\"dq\"", "'dq'"},
      {"X'1F0'", "binary[2]"},
      {"DATE '2020-02-29'", "18321:date"},
      {"date'1960-1-1'", "-3653:date"},
      {"TIMESTAMP '1970-01-01 00:00:01.5'", "1500000:timestamp"},
      {"TIMESTAMP '2020-01-01 00:00:00 America/New_York'", "1577854800000000:timestamp"},
      {"TIMESTAMP '1970-01-01T02:00:00+02:00'", "0:timestamp"},
      {"TIMESTAMP_NTZ '1970-01-02 00:00:00'", "86400000000:timestamp_ntz"},
      {"INTERVAL '1' DAY", "86400000000:interval day"},
      {"INTERVAL 1 DAY 2 HOURS", "93600000000:interval day to hour"},
      {"INTERVAL '1 day 2 hours'", "93600000000:interval day to hour"},
      {"INTERVAL '1-2' YEAR TO MONTH", "14:interval year to month"},
      {"INTERVAL -'3' MONTHS", "-3:interval month"},
      {"INTERVAL '1 02:03:04.5' DAY TO SECOND", "93784500000:interval day to second"},
      {"INTERVAL 2 WEEKS", "1209600000000:interval day"},
      {"INTERVAL 1.5 SECONDS", "1500000:interval second"},
      {"NULL", "null"},
      {"true", "true"},
      {"a.b.c", "a.b.c"},
      {"`a.b`.c", "a.b.c"},
      {"a[0].b['k']", "a[0:int]['b']['k']"},
      {"f(x).y", "f(x)['y']"},
      {"a::int::string", "cast(cast(a as int) as string)"},
      {"-1::string", "cast(-1:int as string)"},
      {"CAST(a AS array<array<int>>)", "cast(a as array<array<int>>)"},
      {"TRY_CAST('x' AS decimal(12, 2))", "try_cast('x' as decimal(12,2))"},
      {"CASE WHEN a THEN 1 ELSE 2 END", "when(a, 1:int, 2:int)"},
      {"CASE a WHEN 1 THEN 'x' END", "when((a = 1:int), 'x')"},
      {"EXTRACT(YEAR FROM d)", "extract('YEAR', d)"},
      {"TRIM(LEADING 'x' FROM s)", "ltrim('x', s)"},
      {"trim(s)", "trim(s)"},
      {"SUBSTRING(s FROM 2 FOR 3)", "substring(s, 2:int, 3:int)"},
      {"substring(s, 2)", "substring(s, 2:int)"},
      {"POSITION('a' IN s)", "locate('a', s, 1:int)"},
      {"position('a', s)", "position('a', s)"},
      {"OVERLAY(s PLACING 'x' FROM 2)", "overlay(s, 'x', 2:int)"},
      {"dateadd(DAY, 1, d)", "timestampadd('DAY', 1:int, d)"},
      {"date_add(d, 1)", "date_add(d, 1:int)"},
      {"datediff(MONTH, a, b)", "timestampdiff('MONTH', a, b)"},
      {"count(*)", "count(1:int)"},
      {"count(DISTINCT a, b)", "count(distinct a, b)"},
      {"count(t.*)", "count(t.*)"},
      {"sum(a) FILTER (WHERE b > 1)", "sum(a) filter[(b > 1:int)]"},
      {"percentile_cont(0.5) WITHIN GROUP (ORDER BY a DESC)", "percentile_cont(0.5:decimal(1,1)) within[a desc]"},
      {"first(a IGNORE NULLS)", "first(a) ignore"},
      {"first(a) IGNORE NULLS", "first(a) ignore"},
      {"first(a, true)", "first(a, true)"},
      {"lag(a) IGNORE NULLS OVER (PARTITION BY b ORDER BY c DESC NULLS LAST)",
       "lag(a) ignore over(by b;order c desc nulls last;)"},
      {"sum(a) OVER (ORDER BY b ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)", "sum(a) over(order b asc;rows -2:int..0)"},
      {"sum(a) OVER (ORDER BY b RANGE UNBOUNDED PRECEDING)", "sum(a) over(order b asc;range -inf..0)"},
      {"transform(a, x -> x.f + y)", "transform(a, (x -> ($x.f + y)))"},
      {"aggregate(a, 0, (acc, x) -> acc + x)", "aggregate(a, 0:int, (acc,x -> ($acc + $x)))"},
      {"named_struct('a', 1).a", "named_struct('a', 1:int)['a']"},
      {"struct(1 AS a, b)", "struct(1:int as a, b)"},
      {"(a, b)", "struct(a, b)"},
      {"((a))", "a"},
      {"exists(a, x -> x > 1)", "exists(a, (x -> ($x > 1:int)))"},
      {"EXISTS (SELECT 1)", "exists{Project(One; 1:int)}"},
      {"(SELECT max(a) FROM t) + 1", "(scalar{Project(Read(t); max(a))} + 1:int)"},
      {"((SELECT 1)) + 1", "(scalar{Project(One; 1:int)} + 1:int)"},
      {"((SELECT 1) + 1) * 2", "((scalar{Project(One; 1:int)} + 1:int) * 2:int)"},
      {"current_date", "current_date"},
      {"current_date()", "current_date()"},
      {"left(a, 2)", "left(a, 2:int)"},
      {"mod(a, 2)", "mod(a, 2:int)"},
      {"f(a => 1, b => 'x')", "f(a=>1:int, b=>'x')"},
      {"explode(m) AS (k, v)", "explode(m) as k,v"},
      {":p + ?", "(:p + ?0)"},
      {"IDENTIFIER('a.b')", "a.b"},
      {"* EXCEPT (a, b.c)", "* -a -b.c"},
      {"interval", "interval"},
      {"date", "date"},
      {"timestamp + 1", "(timestamp + 1:int)"},
      {"`select`", "select"},
      {"year(d)", "year(d)"},
      {"if(a, b, c)", "if(a, b, c)"},
      {"map('a', 1)['a']", "map('a', 1:int)['a']"},
      {"a COLLATE UTF8_LCASE", "collate(a, 'UTF8_LCASE')"},
  };
  for (const auto& test : kCases) EXPECT_EQ(PrintedExpression(test.text), test.expected) << test.text;
}

TEST(ParserTest, Queries) {
  const Case kCases[] = {
      {"SELECT 1", "Project(One; 1:int)"},
      {"select a, b c from t;", "Project(Read(t); a, b as c)"},
      {"SELECT DISTINCT a FROM t WHERE b > 1", "Distinct(Project(Filter(Read(t); (b > 1:int)); a))"},
      {"SELECT * FROM a.b.c AS x(p, q)", "Project(As(Read(a.b.c); x(p,q)); *)"},
      {"SELECT * FROM t LIMIT 5 OFFSET 2", "Limit(Offset(Project(Read(t); *); 2:int); 5:int)"},
      {"SELECT a FROM t ORDER BY a DESC NULLS FIRST, b LIMIT ALL", "Sort(Project(Read(t); a); a desc nulls first, b asc)"},
      {"SELECT a FROM t DISTRIBUTE BY b SORT BY a", "LocalSort(Repartition(Project(Read(t); a); b); a asc)"},
      {"SELECT a FROM t CLUSTER BY a", "LocalSort(Repartition(Project(Read(t); a); a); a asc)"},
      {"SELECT a, sum(b) FROM t GROUP BY a HAVING sum(b) > 1", "Aggregate(Read(t); a; a, sum(b); having (sum(b) > 1:int))"},
      {"SELECT a FROM t GROUP BY ALL", "Aggregate(Read(t); all; a)"},
      {"SELECT a FROM t GROUP BY a, b WITH ROLLUP", "Aggregate rollup(Read(t); a, b; a)"},
      {"SELECT a FROM t GROUP BY ROLLUP(a, (b, c))", "Aggregate sets(Read(t); a, b, c; a {a, b, c} {a} {})"},
      {"SELECT a FROM t GROUP BY CUBE(a, b)", "Aggregate sets(Read(t); a, b; a {a, b} {a} {b} {})"},
      {"SELECT a FROM t GROUP BY GROUPING SETS ((a), (A, b), ())", "Aggregate sets(Read(t); a, b; a {a} {a, b} {})"},
      {"SELECT a FROM t GROUP BY a, CUBE(b)", "Aggregate sets(Read(t); a, b; a {a, b} {a})"},
      {"SELECT a FROM t GROUP BY (a + 1) * 2", "Aggregate(Read(t); ((a + 1:int) * 2:int); a)"},
      {"SELECT * FROM a JOIN b ON a.x = b.x LEFT JOIN c USING (x, y)",
       "Project(Join(left; Join(inner; Read(a), Read(b); (a.x = b.x)), Read(c); using x,y); *)"},
      {"SELECT * FROM a, b CROSS JOIN c", "Project(Join(inner; Read(a), Join(cross; Read(b), Read(c))); *)"},
      {"SELECT * FROM a NATURAL FULL OUTER JOIN b", "Project(Join(full natural; Read(a), Read(b)); *)"},
      {"SELECT * FROM a LEFT SEMI JOIN b ON true ANTI JOIN c ON false",
       "Project(Join(anti; Join(semi; Read(a), Read(b); true), Read(c); false); *)"},
      {"SELECT * FROM a, LATERAL (SELECT a.x) s", "Project(Join(inner lateral; Read(a), As(Project(One; a.x); s)); *)"},
      {"SELECT * FROM (SELECT 1) t JOIN (a JOIN b ON c) ON d",
       "Project(Join(inner; As(Project(One; 1:int); t), Join(inner; Read(a), Read(b); c); d); *)"},
      {"SELECT * FROM ((SELECT 1) UNION (SELECT 2)) u", "Project(As(Union(Project(One; 1:int), Project(One; 2:int)); u); *)"},
      {"SELECT * FROM ((SELECT 1) x JOIN y ON z)", "Project(Join(inner; As(Project(One; 1:int); x), Read(y); z); *)"},
      {"SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 3 EXCEPT SELECT 4",
       "Except(UnionAll(Project(One; 1:int), Intersect(Project(One; 2:int), Project(One; 3:int))), Project(One; 4:int))"},
      {"(SELECT a FROM t LIMIT 1) UNION SELECT b FROM u ORDER BY 1",
       "Sort(Union(Limit(Project(Read(t); a); 1:int), Project(Read(u); b)); 1:int asc)"},
      {"VALUES (1, 'a'), (2, 'b') AS t(x, y)", "As(Values((1:int, 'a'), (2:int, 'b'); x,y); t)"},
      {"SELECT * FROM VALUES 1, 2 t", "Project(As(Values((1:int), (2:int)); t); *)"},
      {"WITH a AS (SELECT 1), b(x) AS (SELECT * FROM a) SELECT * FROM b",
       "With(a = Project(One; 1:int); b(x) = Project(Read(a); *); Project(Read(b); *))"},
      {"WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r",
       "WithRecursive(r(n) = UnionAll(Values((1:int)), Project(Filter(Read(r); (n < 5:int)); (n + 1:int))); Project(Read(r); "
       "*))"},
      {"SELECT * FROM t LATERAL VIEW OUTER explode(a) x AS y, z LATERAL VIEW explode(b) w",
       "Project(View(View(Read(t); outer explode(a) x(y,z)); explode(b) w()); *)"},
      {"SELECT * FROM t PIVOT (sum(a) AS s, max(b) FOR c IN ('x' AS y, 'z'))",
       "Project(Aggregate pivot(Read(t); ; sum(a) as s, max(b); for c in 'x' as y, 'z'); *)"},
      {"SELECT * FROM t UNPIVOT INCLUDE NULLS (v FOR n IN (a, b AS c))",
       "Project(Unpivot(Read(t); v for n in {a} {b} as c nulls); *)"},
      {"SELECT * FROM t TABLESAMPLE (10 PERCENT) REPEATABLE (5) AS s", "Project(As(Sample(Read(t); 0..0.1 seed 5); s); *)"},
      {"SELECT * FROM t TABLESAMPLE (5 ROWS)", "Project(Limit(Read(t); 5:int); *)"},
      {"SELECT * FROM t VERSION AS OF 3", "Project(Read(t v3); *)"},
      {"SELECT * FROM t TIMESTAMP AS OF '2020-01-01' x", "Project(As(Read(t at '2020-01-01'); x); *)"},
      {"SELECT * FROM t@v7", "Project(Read(t v7); *)"},
      {"SELECT * FROM delta.`/tmp/x@v2`", "Project(Read(delta./tmp/x v2); *)"},
      {"SELECT * FROM range(10) r", "Project(As(Function(range; 10:int); r); *)"},
      {"SELECT sum(a) OVER w, rank() OVER v FROM t WINDOW w AS (PARTITION BY b), v AS w",
       "Project(Read(t); sum(a) over(by b;), rank() over(by b;))"},
      {"SELECT /*+ BROADCAST(a), REPARTITION(3) */ * FROM a",
       "Hint(Hint(Project(Read(a); *); REPARTITION(3:int)); BROADCAST(a))"},
      {"SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1",
       "Qualify(Project(Read(t); a); (row_number() over(order a asc;) = 1:int))"},
      {"FROM t |> WHERE a > 1 |> EXTEND a + 1 AS b |> SET b = b * 2 |> DROP c |> AS u |> SELECT u.b |> LIMIT 2",
       "Limit(Project(As(Drop(WithColumns(Project(Filter(Read(t); (a > 1:int)); *, (a + 1:int) as b); b = (b * 2:int)); c); u); "
       "u.b); 2:int)"},
      {"TABLE t |> AGGREGATE sum(a) AS s GROUP BY b |> JOIN u ON x |> UNION ALL SELECT 1",
       "UnionAll(Join(inner; Aggregate(Read(t); b; sum(a) as s), Read(u); x), Project(One; 1:int))"},
      {"FROM t SELECT a WHERE b", "Project(Filter(Read(t); b); a)"},
      {"FROM t", "Read(t)"},
      {"TABLE a.b", "Read(a.b)"},
      {"SELECT a from t -- comment\n where /* x /* nested */ */ b", "Project(Filter(Read(t); b); a)"},
      {"SELECT FROM t", "Project(One; FROM as t)"},
      {"SELECT a FROM t WHERE", "Project(As(Read(t); WHERE); a)"},
      {"SELECT 1 FROM", "Project(One; 1:int as FROM)"},
      {"SELECT order FROM t order", "Project(As(Read(t); order); order)"},
      {"SELECT t.* FROM db.t t", "Project(As(Read(db.t); t); t.*)"},
      {"SELECT * FROM IDENTIFIER('a' || '.b')", "Project(Read(a.b); *)"},
      {"SELECT * FROM t WITH ('k' = 'v') x", "Project(As(Read(t k=v); x); *)"},
      {"SELECT stack(2, 1, 2) AS (a, b)", "Project(One; stack(2:int, 1:int, 2:int) as a,b)"},
  };
  for (const auto& test : kCases) EXPECT_EQ(PrintedQuery(test.text), test.expected) << test.text;
}

TEST(ParserTest, SyntaxErrorsAreSparks) {
  const Case kCases[] = {
      {"SELEC 1",
       "\n[PARSE_SYNTAX_ERROR] Syntax error at or near 'SELEC'. SQLSTATE: 42601 (line 1, pos 0)\n\n== SQL ==\nSELEC 1\n^^^\n"},
      {"SELECT 1 1",
       "\n[PARSE_SYNTAX_ERROR] Syntax error at or near '1': extra input '1'. SQLSTATE: 42601 (line 1, pos 9)\n\n== SQL "
       "==\nSELECT 1 "
       "1\n---------^^^\n"},
      {"SELECT (1 + 2",
       "\n[PARSE_SYNTAX_ERROR] Syntax error at or near end of input. SQLSTATE: 42601 (line 1, pos 13)\n\n== SQL ==\nSELECT (1 + "
       "2\n-------------^^^\n"},
      {"SELECT 'abc",
       "\n[PARSE_SYNTAX_ERROR] Syntax error at or near '''. SQLSTATE: 42601 (line 1, pos 7)\n\n== SQL ==\nSELECT "
       "'abc\n-------^^^\n"},
      {"",
       "\n[PARSE_EMPTY_STATEMENT] Syntax error, unexpected empty statement. SQLSTATE: 42617 (line 1, pos 0)\n\n== SQL "
       "==\n\n^^^\n"},
      {"SELECT a\nFROM t GROUP x",
       "\n[PARSE_SYNTAX_ERROR] Syntax error at or near 'x': extra input 'x'. SQLSTATE: 42601 (line 2, pos 13)\n\n== SQL "
       "==\nSELECT "
       "a\nFROM t GROUP x\n-------------^^^\n"},
      {"SELECT DATE 'abc'",
       "\n[INVALID_TYPED_LITERAL] The value of the typed literal \"DATE\" is invalid: 'abc'. SQLSTATE: 42604\n== SQL (line 1, "
       "position "
       "8) ==\nSELECT DATE 'abc'\n       ^^^^^^^^^^\n"},
      {"SELECT /* abc",
       "\n[UNCLOSED_BRACKETED_COMMENT] Found an unclosed bracketed comment. Please, append */ at the end of the comment. "
       "SQLSTATE: 42601\n== SQL ==\nSELECT /* abc"},
  };
  for (const auto& test : kCases) EXPECT_EQ(PrintedQuery(test.text), test.expected) << test.text;
  try {
    ParseStatement("SELECT * FROM my-table");
    FAIL() << "a hyphen in a name";
  } catch (const Error& error) {
    EXPECT_EQ(error.condition(), "INVALID_IDENTIFIER");
    EXPECT_EQ(error.sqlstate(), "42602");
    EXPECT_EQ(error.parameters().at("ident"), "my-table");
  }
}

TEST(ParserTest, OriginsCountCharacters) {
  auto query = std::get<plan::RelationPtr>(ParseStatement("SELECT 'é', a / 0 FROM t"));
  const auto* project = plan::As<plan::Project>(query);
  const auto& division = project->expressions[1];
  EXPECT_EQ(division->origin.start, 12);
  EXPECT_EQ(division->origin.stop, 16);
  QueryContext context = plan::ContextOf(division->origin);
  EXPECT_EQ(context.fragment, "a / 0");
  EXPECT_EQ(context.summary, "== SQL (line 1, position 13) ==\nSELECT 'é', a / 0 FROM t\n            ^^^^^\n");
}

TEST(ParserTest, TypesAndSchemas) {
  EXPECT_EQ(ParseDataType("struct<a:int,b:array<map<string,decimal(5,2)>>>").SimpleString(),
            "struct<a:int,b:array<map<string,decimal(5,2)>>>");
  EXPECT_EQ(ParseDataType("a INT, b STRING").SimpleString(), "struct<a:int,b:string>");
  EXPECT_EQ(ParseDataType("interval day to second").SimpleString(), "interval day to second");
  EXPECT_EQ(ParseDataType("timestamp_ntz").id(), plan::TypeId::kTimestampNtz);
  plan::Schema schema = ParseSchema("a INT NOT NULL COMMENT 'x', `b c` varchar(3), d date");
  ASSERT_EQ(schema.size(), 3u);
  EXPECT_FALSE(schema[0].nullable);
  EXPECT_EQ(schema[0].metadata.at("comment").as_string(), "x");
  EXPECT_EQ(schema[1].name, "b c");
  EXPECT_EQ(ParseSchema("struct<a:int>").size(), 1u);
  EXPECT_EQ(ParseSchema("int")[0].name, "value");
  EXPECT_THROW(ParseDataType("varchar"), Error);
  EXPECT_THROW(ParseDataType("foo"), Error);
  EXPECT_EQ(ParseMultipartIdentifier("a.`b.c`.`d``e`"), (plan::NameParts{"a", "b.c", "d`e"}));
}

TEST(ParserTest, ParametersStandForTheirValues) {
  std::map<std::string, plan::ExpressionPtr> named{{"n", plan::IntLiteral(5)}, {"t", plan::StringLiteral("a.b")}};
  ParserOptions options;
  options.named_parameters = &named;
  EXPECT_EQ(Print(ParseQuery("SELECT :n FROM IDENTIFIER(:t) LIMIT :n", options)), "Limit(Project(Read(a.b); 5:int); 5:int)");
  EXPECT_NO_THROW(ParseQuery("SELECT :missing", options));  // The analyzer's error.
}

TEST(ParserTest, DeepNestingIsAnErrorAndNotACrash) {
  for (const char* pair : {"()", "[]"}) {
    std::string text = "SELECT a";
    if (pair[0] == '(') text = "SELECT ";
    text += std::string(5000, pair[0]) + "1" + std::string(5000, pair[1]);
    try {
      ParseStatement(text);
      FAIL() << "nested 5,000 times";
    } catch (const Error& error) {
      EXPECT_TRUE(error.condition() == "FAILED_TO_PARSE_TOO_COMPLEX" || error.condition() == "PARSE_SYNTAX_ERROR")
          << error.what();
    }
  }
  for (const std::string& unit :
       {std::string("- "), std::string("NOT "), std::string("CASE WHEN "), std::string("f("), std::string("(SELECT ")}) {
    std::string text = "SELECT ";
    for (int i = 0; i < 5000; ++i) text += unit;
    EXPECT_THROW(ParseStatement(text + "a"), Error) << unit;
  }
  std::string nested = "SELECT * FROM ";
  for (int i = 0; i < 5000; ++i) nested += "(";
  EXPECT_THROW(ParseStatement(nested + "SELECT 1"), Error);
  std::string chain = "SELECT 1";
  for (int i = 0; i < 3000; ++i) chain += " + 1";
  EXPECT_NO_THROW(ParseStatement(chain));
}

TEST(ParserTest, TruncatedAndShuffledTextNeverCrashes) {
  const std::string kText =
      "WITH c AS (SELECT a, sum(b) OVER (PARTITION BY x ORDER BY y ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING) AS s FROM db.t@v3 "
      "LATERAL VIEW explode(m) e AS k, v WHERE a BETWEEN 1 AND 2.5e3 AND b NOT IN ('x', r'y') OR c IS NOT DISTINCT FROM d GROUP "
      "BY "
      "GROUPING SETS ((a, b), ()) HAVING count(DISTINCT *) > 1) SELECT CASE WHEN x THEN CAST(y AS struct<a:array<int>>) END, "
      "transform(z, (i, j) -> i + j[0].f), INTERVAL '1' DAY FROM c JOIN (VALUES (1, 2), (3, 4)) v(a, b) USING (a) PIVOT (max(q) "
      "FOR p "
      "IN ('a', 'b')) |> WHERE true ORDER BY 1 LIMIT 5";
  std::mt19937 random(20260101);
  int parsed = 0;
  for (size_t length = 0; length <= kText.size(); ++length) {
    try {
      ParseStatement(kText.substr(0, length));
      ++parsed;
    } catch (const Error& error) {
      EXPECT_NE(error.kind(), ErrorKind::kInternal) << error.what();
    }
  }
  EXPECT_GT(parsed, 0);
  for (int round = 0; round < 3000; ++round) {
    std::string text = kText;
    for (int change = 0; change < 3; ++change) {
      size_t at = random() % text.size();
      size_t length = random() % 12;
      switch (random() % 3) {
        case 0:
          text.erase(at, length);
          break;
        case 1:
          text.insert(at, text.substr(random() % text.size(), length));
          break;
        default:
          text[at] = static_cast<char>(random() % 256);
      }
      if (text.empty()) text = "x";
    }
    try {
      ParseStatement(text);
    } catch (const Error& error) {
      EXPECT_NE(error.kind(), ErrorKind::kInternal) << error.what();
    }
  }
}

}  // namespace
}  // namespace headrace::sql
