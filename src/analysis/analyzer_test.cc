#include "analysis/analyzer.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "sql/parser.h"

namespace headrace::analysis {
namespace {

using plan::DataType;
using plan::TypeId;

/// Tables t(a int, b string, d decimal(12,2)) and u(a bigint not null, c double); default settings.
class FakeContext : public AnalysisContext {
 public:
  std::optional<ResolvedTable> FindTable(const plan::ReadTable& table) override {
    TypedScan scan;
    scan.format = "parquet";
    if (table.name.back() == "t") {
      scan.schema = {{"a", TypeId::kInteger, true, {}},
                     {"b", TypeId::kString, true, {}},
                     {"d", DataType::Decimal(12, 2), true, {}},
                     {"s", DataType::Struct({{"f", TypeId::kInteger, true, {}}}), true, {}}};
    } else if (table.name.back() == "u") {
      scan.schema = {{"a", TypeId::kLong, false, {}}, {"c", TypeId::kDouble, true, {}}};
    } else {
      return std::nullopt;
    }
    ResolvedTable found;
    found.scan = scan;
    found.qualifier = {"spark_catalog", "default", table.name.back()};
    return found;
  }
  TypedScan ResolveFiles(const plan::ReadFiles&) override { return {}; }
  TypedScan ResolveText(const TypedRelationPtr&, const plan::ParseText&) override { return {}; }
  plan::Schema SchemaOfLocal(const plan::LocalRelation&) override { return {}; }
  std::optional<ResolvedTable> FindCachedRemote(const std::string&) override { return std::nullopt; }
  TypedRelationPtr RunCatalogCall(const plan::CatalogCall&) override { return nullptr; }
  TypedRelationPtr RunCommand(const plan::Command&) override { return nullptr; }
  std::vector<std::vector<plan::Value>> Evaluate(const TypedRelationPtr&) override { return {}; }
  std::string Setting(const std::string& key) override { return key == "spark.sql.session.timeZone" ? "UTC" : ""; }
  bool HasCatalog(const std::string& name) override { return name == "spark_catalog" || name == "main"; }
  std::string CurrentCatalog() override { return "spark_catalog"; }
  std::string CurrentSchema() override { return "default"; }
  std::string CurrentUser() override { return "me"; }
  int64_t NowMicros() override { return 0; }
};

std::string SchemaText(const std::string& query) {
  FakeContext context;
  Analyzer analyzer(context);
  TypedRelationPtr relation = analyzer.Analyze(sql::ParseQuery(query));
  std::string text;
  for (const auto& field : SchemaOf(*relation)) {
    text += (text.empty() ? "" : "|") + field.name + ":" + field.type.SimpleString() + (field.nullable ? "" : "!");
  }
  return text;
}

struct Case {
  const char* query;
  const char* schema;
};

TEST(AnalyzerTest, NamesAndTypes) {
  const Case cases[] = {
      {"SELECT a, A AS x, t.b FROM t", "a:int|x:int|b:string"},
      {"SELECT a + 1, d * 2, -a FROM t", "(a + 1):int|(d * 2):decimal(14,2)|(- a):int"},
      {"SELECT s.f, s.f + 1 FROM t", "f:int|(s.f + 1):int"},
      {"SELECT 1, 'x', NULL, 1.5, true", "1:int!|x:string!|NULL:void|1.5:decimal(2,1)!|true:boolean!"},
      {"SELECT CAST(a AS STRING), CAST(1 AS DOUBLE) FROM t", "a:string|CAST(1 AS DOUBLE):double!"},
      {"SELECT CASE WHEN a > 1 THEN 1 ELSE 2.5 END FROM t", "CASE WHEN (a > 1) THEN 1 ELSE 2.5 END:decimal(11,1)!"},
      {"SELECT count(*), count(DISTINCT b), sum(a) FROM t", "count(1):bigint!|count(DISTINCT b):bigint!|sum(a):bigint"},
      {"SELECT b, sum(a) AS n FROM t GROUP BY b HAVING n > 1 ORDER BY max(d)", "b:string|n:bigint"},
      {"SELECT b AS k FROM t GROUP BY k ORDER BY 1", "k:string"},
      {"SELECT b, grouping(b) FROM t GROUP BY ROLLUP(b)", "b:string|grouping(b):tinyint!"},
      {"SELECT * FROM t JOIN u USING (a)", "a:int|b:string|d:decimal(12,2)|s:struct<f:int>|c:double"},
      {"SELECT u.a FROM t LEFT JOIN u ON t.a = u.a", "a:bigint"},
      {"SELECT a FROM t UNION ALL SELECT a FROM u", "a:bigint"},
      {"SELECT a + 1 AS x, x * 2 AS y FROM t", "x:int|y:int"},
      {"WITH q AS (SELECT a FROM t) SELECT * FROM q x JOIN q y ON x.a = y.a", "a:int|a:int"},
      {"SELECT (SELECT max(c) FROM u WHERE u.a = t.a) AS m FROM t", "m:double"},
      {"SELECT row_number() OVER (PARTITION BY b ORDER BY a) AS r FROM t", "r:int!"},
      {"SELECT a FROM t ORDER BY d", "a:int"},
      {"SELECT explode(array(1, 2)) AS x", "x:int!"},
      {"SELECT id FROM range(3) WHERE id IN (SELECT a FROM u)", "id:bigint!"},
      {"SELECT * FROM VALUES (1, 'a'), (2L, NULL) AS v(x, y)", "x:bigint!|y:string"},
  };
  for (const auto& item : cases) {
    try {
      EXPECT_EQ(SchemaText(item.query), item.schema) << item.query;
    } catch (const Error& error) {
      ADD_FAILURE() << item.query << ": " << error.what();
    }
  }
}

TEST(AnalyzerTest, ErrorConditions) {
  const Case cases[] = {
      {"SELECT nope FROM t", "UNRESOLVED_COLUMN.WITH_SUGGESTION"},
      {"SELECT * FROM missing", "TABLE_OR_VIEW_NOT_FOUND"},
      {"SELECT * FROM main.a.missing", "TABLE_OR_VIEW_NOT_FOUND"},
      {"SELECT * FROM nowhere.a.missing", "REQUIRES_SINGLE_PART_NAMESPACE"},
      {"SELECT a FROM t, u", "AMBIGUOUS_REFERENCE"},
      {"SELECT b, a FROM t GROUP BY b", "MISSING_AGGREGATION"},
      {"SELECT a, count(*) FROM t", "MISSING_GROUP_BY"},
      {"SELECT nosuch(a) FROM t", "UNRESOLVED_ROUTINE"},
      {"SELECT a FROM t UNION SELECT a, c FROM u", "NUM_COLUMNS_MISMATCH"},
      {"SELECT s.g FROM t", "FIELD_NOT_FOUND"},
      {"SELECT * FROM t WHERE sum(a) > 1", "INVALID_WHERE_CONDITION"},
      {"SELECT a FROM t ORDER BY 3", "ORDER_BY_POS_OUT_OF_RANGE"},
      {"SELECT CAST(DATE '2020-01-01' AS INT)", "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION"},
      {"SELECT a FROM t LIMIT -1", "INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE"},
  };
  for (const auto& item : cases) {
    try {
      SchemaText(item.query);
      ADD_FAILURE() << "no error: " << item.query;
    } catch (const Error& error) {
      EXPECT_EQ(error.condition(), item.schema) << item.query << ": " << error.what();
    }
  }
}

TEST(AnalyzerTest, SuggestionsAreOrderedByDistance) {
  try {
    SchemaText("SELECT bb FROM t");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.parameters().at("objectName"), "`bb`");
    EXPECT_EQ(error.parameters().at("proposal"), "`b`, `a`, `d`, `s`");
    ASSERT_EQ(error.contexts().size(), 1U);
    EXPECT_EQ(error.contexts()[0].fragment, "bb");
  }
}

TEST(AnalyzerTest, AThousandWithColumnsGrowOneShallowPlan) {
  plan::RelationPtr relation = plan::MakeRelation(plan::Range{0, 10, 1, {}});
  for (int i = 0; i < 1000; ++i) {
    plan::WithColumns node;
    node.input = relation;
    node.columns.push_back({plan::Operator("+", {plan::Attribute({"id"}), plan::IntLiteral(i)}), {"c" + std::to_string(i)}, {}});
    relation = plan::MakeRelation(std::move(node), {}, i);
  }
  FakeContext context;
  Analyzer analyzer(context);
  TypedRelationPtr typed = analyzer.Analyze(relation);
  EXPECT_EQ(typed->output.size(), 1001U);
  const auto* project = As<TypedProject>(typed);
  ASSERT_NE(project, nullptr);
  EXPECT_NE(As<TypedRange>(project->input), nullptr);
}

}  // namespace
}  // namespace headrace::analysis
