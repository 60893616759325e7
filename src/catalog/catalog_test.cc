#include "catalog/catalog.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.h"
#include "base/ids.h"
#include "catalog/errors.h"
#include "plan/names.h"

namespace headrace::catalog {
namespace {

class CatalogTest : public ::testing::Test {
 protected:
  CatalogTest() {
    std::filesystem::create_directories(root_ / "warehouse");
    Open();
  }
  ~CatalogTest() override {
    catalog_.reset();
    store_.reset();
    std::filesystem::remove_all(root_);
  }

  void Open() {
    catalog_.reset();
    store_.reset();
    metastore::MetastoreOptions options;
    options.path = (root_ / "meta.db").string();
    store_ = std::make_unique<metastore::Metastore>(options);
    Catalog::Options catalog_options;
    catalog_options.warehouse = (root_ / "warehouse").string();
    catalog_options.owner = "tester";
    catalog_options.clock = std::make_shared<ManualClock>(1000);
    catalog_options.remove_tree = remove_;
    catalog_ = std::make_unique<Catalog>(store_.get(), catalog_options);
  }

  TableInfo Table(const std::string& name, TableType type = TableType::kManaged) {
    TableInfo info;
    info.name = Catalog::Qualify({name}, current_);
    info.type = type;
    info.provider = type == TableType::kView ? "" : "delta";
    if (type == TableType::kManaged) {
      info.location = catalog_->NewTableLocation(info.name);
      std::filesystem::create_directories(info.location);
      std::ofstream(info.location + "/part") << "x";
    }
    info.schema = {{"Id", plan::TypeId::kLong, false, {{"comment", "key"}}}, {"d", plan::DataType::Decimal(12, 2), true, {}}};
    info.partition_columns = {"d"};
    info.properties = {{"a", "b"}};
    info.comment = "c";
    return info;
  }

  std::string Condition(const std::function<void()>& work) {
    try {
      work();
    } catch (const Error& error) {
      last_ = std::make_unique<Error>(error);
      return error.condition();
    }
    return "";
  }

  std::filesystem::path root_ = std::filesystem::temp_directory_path() / ("catalog_test." + NewHexId());
  SchemaName current_{kSessionCatalog, kDefaultSchema};
  std::function<void(const std::string&)> remove_;
  std::unique_ptr<metastore::Metastore> store_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<Error> last_;
};

TEST_F(CatalogTest, NamesAreQualified) {
  EXPECT_EQ(Catalog::Qualify({"T"}, current_), (TableName{"spark_catalog", "default", "t"}));
  EXPECT_EQ(Catalog::Qualify({"S", "T"}, current_), (TableName{"spark_catalog", "s", "t"}));
  EXPECT_EQ(Catalog::Qualify({"C", "S", "T"}, current_), (TableName{"c", "s", "t"}));
  EXPECT_EQ(Condition([&] { Catalog::Qualify({"a", "b", "c", "d"}, current_); }), "IDENTIFIER_TOO_MANY_NAME_PARTS");
  EXPECT_EQ(Catalog::QualifySchema({"C", "S"}, current_), (SchemaName{"c", "s"}));
  EXPECT_EQ(plan::QuotedName(plan::NameParts{"a", "b`c"}), "`a`.`b``c`");
}

TEST_F(CatalogTest, TablesLiveThroughARestart) {
  EXPECT_TRUE(catalog_->CreateTable(Table("T1")));
  TableInfo view = Table("v", TableType::kView);
  view.view_text = "SELECT 1";
  view.view_catalog = "spark_catalog";
  view.view_schema = "default";
  view.view_settings = {{"spark.sql.ansi.enabled", "true"}};
  view.view_query_columns = {"x"};
  EXPECT_TRUE(catalog_->CreateTable(view));
  Open();
  TableInfo found = catalog_->GetTable(Catalog::Qualify({"t1"}, current_));
  EXPECT_EQ(found.schema[0].name, "Id");
  EXPECT_FALSE(found.schema[0].nullable);
  EXPECT_EQ(found.schema[1].type, plan::DataType::Decimal(12, 2));
  EXPECT_EQ(found.schema[0].metadata.at("comment").as_string(), "key");
  EXPECT_EQ(found.partition_columns, std::vector<std::string>{"d"});
  EXPECT_EQ(found.properties.at("a"), "b");
  EXPECT_EQ(*found.comment, "c");
  EXPECT_EQ(found.owner, "tester");
  EXPECT_EQ(found.created_micros, 1000);
  TableInfo found_view = catalog_->GetTable(Catalog::Qualify({"V"}, current_));
  EXPECT_EQ(found_view.view_text, "SELECT 1");
  EXPECT_EQ(found_view.view_settings.at("spark.sql.ansi.enabled"), "true");
  EXPECT_EQ(catalog_->ListTables(current_).size(), 2u);
}

TEST_F(CatalogTest, CreateModes) {
  catalog_->CreateTable(Table("t"));
  EXPECT_EQ(Condition([&] { catalog_->CreateTable(Table("t")); }), "TABLE_OR_VIEW_ALREADY_EXISTS");
  EXPECT_EQ(last_->parameters().at("relationName"), "`spark_catalog`.`default`.`t`");
  EXPECT_EQ(last_->sqlstate(), "42P07");
  EXPECT_FALSE(catalog_->CreateTable(Table("t"), CreateMode::kIgnore));
  std::string old_location = catalog_->GetTable(Catalog::Qualify({"t"}, current_)).location;
  TableInfo replacement = Table("t");
  EXPECT_NE(replacement.location, old_location);
  EXPECT_TRUE(catalog_->CreateTable(replacement, CreateMode::kReplace));
  EXPECT_FALSE(std::filesystem::exists(old_location));
  EXPECT_TRUE(std::filesystem::exists(replacement.location));
  EXPECT_EQ(Condition([&] { catalog_->CreateTable(Table("none"), CreateMode::kReplaceExisting); }), "TABLE_OR_VIEW_NOT_FOUND");
  EXPECT_EQ(Condition([&] { catalog_->CreateTable(Table("t", TableType::kView), CreateMode::kReplace); }),
            "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE");
  TableInfo elsewhere = Table("x");
  elsewhere.name.schema = "nowhere";
  EXPECT_EQ(Condition([&] { catalog_->CreateTable(elsewhere); }), "SCHEMA_NOT_FOUND");
  elsewhere.name.catalog = "nowhere";
  EXPECT_EQ(Condition([&] { catalog_->CreateTable(elsewhere); }), "CATALOG_NOT_FOUND");
}

TEST_F(CatalogTest, DropRemovesTheManagedFolderEvenAfterACrash) {
  TableInfo table = Table("t");
  catalog_->CreateTable(table);
  TableInfo external = Table("e");
  external.type = TableType::kExternal;
  catalog_->CreateTable(external);
  EXPECT_EQ(Condition([&] { catalog_->DropTable(table.name, "VIEW"); }), "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE");
  EXPECT_TRUE(catalog_->DropTable(external.name, "TABLE"));
  EXPECT_TRUE(std::filesystem::exists(external.location));
  remove_ = [](const std::string&) { throw Error(ErrorKind::kInternal, "INTERNAL_ERROR", "the machine ends here"); };
  Open();
  EXPECT_EQ(Condition([&] { catalog_->DropTable(table.name, "TABLE"); }), "INTERNAL_ERROR");
  EXPECT_FALSE(catalog_->FindTable(table.name));
  EXPECT_TRUE(std::filesystem::exists(table.location));
  remove_ = nullptr;
  Open();
  EXPECT_FALSE(std::filesystem::exists(table.location));
  EXPECT_FALSE(catalog_->DropTable(table.name, "TABLE", true));
  EXPECT_EQ(Condition([&] { catalog_->DropTable(table.name, "TABLE"); }), "TABLE_OR_VIEW_NOT_FOUND");
}

TEST_F(CatalogTest, RenameAndAlter) {
  catalog_->CreateTable(Table("a"));
  catalog_->CreateTable(Table("b"));
  TableName a = Catalog::Qualify({"a"}, current_);
  TableName c = Catalog::Qualify({"C"}, current_);
  EXPECT_EQ(Condition([&] { catalog_->RenameTable(a, Catalog::Qualify({"b"}, current_)); }), "TABLE_OR_VIEW_ALREADY_EXISTS");
  std::string id = catalog_->GetTable(a).id;
  catalog_->RenameTable(a, c);
  EXPECT_EQ(catalog_->GetTable(c).id, id);
  TableInfo altered = catalog_->AlterTable(c, [](TableInfo& info) { info.properties["k"] = "v"; });
  EXPECT_EQ(altered.properties.size(), 2u);
  catalog_->UpdateSchema(id, {{"z", plan::TypeId::kDate, true, {}}}, {}, {{"p", "q"}});
  EXPECT_EQ(catalog_->GetTable(c).schema[0].name, "z");
  catalog_->UpdateSchema("gone", {}, {}, {});
}

TEST_F(CatalogTest, SchemasAndCatalogs) {
  SchemaName s{"spark_catalog", "S"};
  SchemaInfo schema;
  schema.name = s;
  schema.comment = "x";
  catalog_->CreateSchema(schema);
  EXPECT_EQ(Condition([&] { catalog_->CreateSchema(schema); }), "SCHEMA_ALREADY_EXISTS");
  catalog_->CreateSchema(schema, true);
  EXPECT_EQ(catalog_->ListSchemas("SPARK_CATALOG").size(), 2u);
  TableInfo table = Table("t");
  table.name.schema = "s";
  catalog_->CreateTable(table);
  EXPECT_EQ(Condition([&] { catalog_->DropSchema(s); }), "SCHEMA_NOT_EMPTY");
  catalog_->AlterSchema(s, [](SchemaInfo& info) { info.properties["a"] = "b"; });
  EXPECT_EQ(catalog_->GetSchema(s).properties.at("a"), "b");
  catalog_->DropSchema(s, false, true);
  EXPECT_FALSE(std::filesystem::exists(table.location));
  EXPECT_EQ(Condition([&] { catalog_->DropSchema(s); }), "SCHEMA_NOT_FOUND");
  catalog_->DropSchema(s, true);
  EXPECT_EQ(Condition([&] { catalog_->DropSchema(current_, false, true); }), "UNSUPPORTED_FEATURE.DROP_DATABASE");

  catalog_->CreateCatalog({"Lake", std::nullopt, "", 0, {}});
  EXPECT_EQ(Condition([&] { catalog_->CreateCatalog({"lake", std::nullopt, "", 0, {}}); }), "CATALOG_ALREADY_EXISTS");
  EXPECT_TRUE(catalog_->FindSchema({"lake", "default"}));
  EXPECT_EQ(catalog_->ListCatalogs().size(), 2u);
  catalog_->DropCatalog("lake");
  EXPECT_EQ(Condition([&] { catalog_->GetCatalog("lake"); }), "CATALOG_NOT_FOUND");
}

TEST_F(CatalogTest, InformationSchema) {
  catalog_->CreateTable(Table("t"));
  auto columns = catalog_->FindSystemRelation({"spark_catalog", "information_schema", "columns"});
  ASSERT_TRUE(columns);
  ASSERT_EQ(columns->rows.size(), 2u);
  ASSERT_EQ(columns->rows[1].size(), columns->schema.size());
  EXPECT_EQ(std::get<std::string>(columns->rows[1][7].data), "decimal(12,2)");
  EXPECT_EQ(std::get<std::string>(columns->rows[1][8].data), "DECIMAL");
  EXPECT_EQ(std::get<int64_t>(columns->rows[1][9].data), 0);
  for (const char* name : {"catalogs", "schemata", "tables", "views"}) {
    auto relation = catalog_->FindSystemRelation({"spark_catalog", "information_schema", name});
    ASSERT_TRUE(relation) << name;
    for (const auto& row : relation->rows) EXPECT_EQ(row.size(), relation->schema.size()) << name;
  }
  EXPECT_FALSE(catalog_->FindSystemRelation({"spark_catalog", "information_schema", "nothing"}));
  EXPECT_FALSE(catalog_->FindSystemRelation({"spark_catalog", "default", "tables"}));
}

TEST_F(CatalogTest, OneOfManyCreatorsWins) {
  std::atomic<int> created = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      try {
        TableInfo info;
        info.name = Catalog::Qualify({"same"}, current_);
        info.type = TableType::kExternal;
        info.provider = "delta";
        catalog_->CreateTable(info);
        ++created;
      } catch (const Error& error) {
        EXPECT_EQ(error.condition(), "TABLE_OR_VIEW_ALREADY_EXISTS");
        ++refused;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(created, 1);
  EXPECT_EQ(refused, 7);
}

TEST(CatalogPatternTest, Patterns) {
  EXPECT_TRUE(MatchesPattern("Orders", "ord*"));
  EXPECT_TRUE(MatchesPattern("b", "a|b"));
  EXPECT_TRUE(MatchesPattern("anything", "*"));
  EXPECT_FALSE(MatchesPattern("orders", "ord"));
  EXPECT_FALSE(MatchesPattern("orders", "(ord*"));
}

}  // namespace
}  // namespace headrace::catalog
