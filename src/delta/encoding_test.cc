#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "delta/actions_json.h"
#include "delta/deletion_vector.h"
#include "delta/partition.h"
#include "delta/schema_evolution.h"
#include "delta/statistics.h"
#include "delta/table_features.h"
#include "delta/testing/test_table.h"

namespace headrace::delta {
namespace {

using P = Predicate;
using Op = Predicate::Op;

TEST(ActionsJsonTest, ReadsBackWhatItWrites) {
  const char* lines[] = {
      R"({"add":{"path":"a%20b","partitionValues":{"d":null,"e":"1"},"size":5,"modificationTime":7,"dataChange":true,"stats":"{\"numRecords\":1}","tags":{"k":"v"},"deletionVector":{"storageType":"u","pathOrInlineDv":"ab^-aqEH.-t@S}K{vb[*k^","offset":4,"sizeInBytes":40,"cardinality":6},"baseRowId":3,"defaultRowCommitVersion":4,"clusteringProvider":"liquid"}})",
      R"({"remove":{"path":"a","deletionTimestamp":9,"dataChange":false,"extendedFileMetadata":true,"partitionValues":{},"size":5}})",
      R"({"metaData":{"id":"i","name":"n","format":{"provider":"parquet","options":{}},"schemaString":"{}","partitionColumns":["d"],"configuration":{"a":"b"},"createdTime":3}})",
      R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["x"],"writerFeatures":["x","y"]}})",
      R"({"txn":{"appId":"a","version":4,"lastUpdated":5}})",
      R"({"domainMetadata":{"domain":"d","configuration":"{}","removed":false}})",
      R"({"cdc":{"path":"c","partitionValues":{},"size":1,"dataChange":false}})",
      R"({"commitInfo":{"timestamp":1,"operation":"WRITE","isBlindAppend":true}})",
  };
  for (const char* line : lines) {
    auto actions = ParseActions(std::string(line) + "\n", "test");
    ASSERT_EQ(actions.size(), 1u) << line;
    EXPECT_EQ(ToJsonLine(actions[0]), line);
  }
  EXPECT_TRUE(ParseActions("{\"newThing\":{\"a\":1}}\n\n", "test").empty());
}

TEST(ValueTest, TimesAndDecimals) {
  EXPECT_EQ(FormatDate(*ParseDate("2024-02-29")), "2024-02-29");
  EXPECT_EQ(ParseDate("2023-02-29"), std::nullopt);
  EXPECT_EQ(FormatDate(-719528), "0000-01-01");
  EXPECT_EQ(ParseTimestamp("1970-01-01 00:00:01.5"), 1500000);
  EXPECT_EQ(ParseTimestamp("1970-01-01T01:00:00+01:00"), 0);
  EXPECT_EQ(FormatIsoTimestamp(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(FormatTimestamp(1500000), "1970-01-01 00:00:01.5");
  EXPECT_EQ(FormatDecimal(*ParseDecimal("-0012.50")), "-12.50");
  EXPECT_EQ(FormatDecimal({5, 3}), "0.005");
  EXPECT_EQ(ParseDecimal("1e2")->unscaled, 100);
  EXPECT_EQ(ParseDecimal("x"), std::nullopt);
  EXPECT_EQ(Compare(Decimal{150, 2}, Decimal{15, 1}), 0);
  EXPECT_EQ(Compare(int64_t{2}, 1.5), 1);
  EXPECT_EQ(Compare(std::nan(""), INFINITY), 1);
  EXPECT_EQ(Compare(std::string("a"), int64_t{1}), std::nullopt);
}

TEST(PartitionTest, TextAndFolders) {
  auto timestamp = PrimitiveType("timestamp");
  EXPECT_EQ(FormatPartitionValue(*timestamp, Timestamp{1500000}), "1970-01-01T00:00:01.500000Z");
  EXPECT_EQ(std::get<Timestamp>(ParsePartitionValue(*timestamp, "1970-01-01 00:00:01.5")).micros, 1500000);
  EXPECT_TRUE(IsNull(ParsePartitionValue(*PrimitiveType("long"), "")));
  EXPECT_EQ(ConditionOf([] { ParsePartitionValue(*PrimitiveType("long"), "x"); }), "DELTA_INVALID_PARTITION_VALUE");
  EXPECT_EQ(PartitionFolder({"a b", "c"}, {{"a b", "x/y=%"}, {"c", std::nullopt}}),
            "a b=x%2Fy%3D%25/c=__HIVE_DEFAULT_PARTITION__");
}

class StatsTest : public testing::Test {
 protected:
  Schema schema_{{{"i", PrimitiveType("long"), true, {}},
                  {"s", PrimitiveType("string"), true, {}},
                  {"d", PrimitiveType("decimal(12,2)"), true, {}},
                  {"f", PrimitiveType("double"), true, {}},
                  {"t", PrimitiveType("timestamp"), true, {}},
                  {"n", StructType({{"x", PrimitiveType("integer"), true, {}}}), true, {}},
                  {"p", PrimitiveType("date"), true, {}}}};
  StatsLayout layout_{schema_, {"p"}};
  FileStats stats_ =
      ParseStats(R"({"numRecords":10,"minValues":{"i":5,"s":"b","d":1.50,"f":1.0,"t":"2024-01-01T00:00:00.000Z","n":{"x":1}},)"
                 R"("maxValues":{"i":9,"s":"d","d":2.50,"f":2.0,"t":"2024-01-02T00:00:00.000Z","n":{"x":3}},)"
                 R"("nullCount":{"i":0,"s":10,"d":2,"f":0,"t":0,"n":{"x":0}}})",
                 layout_);
  PartitionValues partition_{{"p", "2024-01-31"}};
  bool May(const P& p) { return MayMatch(p, layout_, partition_, &stats_); }
  bool All(const P& p) { return SurelyMatchesAll(p, layout_, partition_, &stats_); }
};

TEST_F(StatsTest, Bounds) {
  EXPECT_FALSE(May(P::Compare(Op::kEqual, {"i"}, int64_t{4})));
  EXPECT_TRUE(May(P::Compare(Op::kEqual, {"i"}, int64_t{5})));
  EXPECT_FALSE(May(P::Compare(Op::kGreater, {"i"}, int64_t{9})));
  EXPECT_FALSE(May(P::Compare(Op::kLess, {"i"}, Decimal{45, 1})));
  EXPECT_FALSE(May(P::Compare(Op::kGreater, {"d"}, Decimal{251, 2})));
  EXPECT_TRUE(May(P::Compare(Op::kGreaterEqual, {"d"}, Decimal{250, 2})));
  EXPECT_FALSE(May(P::Compare(Op::kLess, {"f"}, 0.5)));
  EXPECT_TRUE(May(P::Compare(Op::kGreater, {"f"}, 100.0))) << "NaN may be missing from the bounds";
  EXPECT_FALSE(May(P::Compare(Op::kGreater, {"n", "x"}, int64_t{3})));
  EXPECT_TRUE(May(P::Compare(Op::kGreater, {"unknown"}, int64_t{3})));
  EXPECT_FALSE(May(P::In({"i"}, {int64_t{1}, int64_t{10}})));
  int64_t last = *ParseTimestamp("2024-01-02 00:00:00");
  EXPECT_TRUE(May(P::Compare(Op::kGreater, {"t"}, Timestamp{last}))) << "bounds are cut to milliseconds";
  EXPECT_FALSE(May(P::Compare(Op::kGreater, {"t"}, Timestamp{last + 1000})));
}

TEST_F(StatsTest, NullsAndNot) {
  EXPECT_FALSE(May(P::IsNull({"i"})));
  EXPECT_TRUE(May(P::IsNull({"d"})));
  EXPECT_FALSE(May(P::Not(P::IsNull({"s"}))));
  EXPECT_FALSE(May(P::Compare(Op::kEqual, {"s"}, std::string("c")))) << "all null";
  EXPECT_FALSE(May(P::Not(P::Compare(Op::kLess, {"i"}, int64_t{10}))));
  EXPECT_FALSE(May(P::Compare(Op::kEqual, {"i"}, Value())));
  EXPECT_FALSE(May(P::And({P::Unknown(), P::Compare(Op::kEqual, {"i"}, int64_t{1})})));
  EXPECT_TRUE(May(P::Or({P::Unknown(), P::Compare(Op::kEqual, {"i"}, int64_t{1})})));
}

TEST_F(StatsTest, Partitions) {
  Date day{*ParseDate("2024-01-31")};
  EXPECT_TRUE(All(P::Compare(Op::kEqual, {"p"}, day)));
  EXPECT_FALSE(May(P::Compare(Op::kNotEqual, {"p"}, day)));
  EXPECT_FALSE(May(P::IsNull({"p"})));
  EXPECT_TRUE(All(P::Compare(Op::kLess, {"i"}, int64_t{10})));
  EXPECT_FALSE(All(P::Compare(Op::kLess, {"d"}, Decimal{100, 0}))) << "two rows are null";
}

TEST_F(StatsTest, WritesWhatItReads) {
  FileStats stats = stats_;
  stats.columns[2] = {Decimal{150, 2}, Decimal{250, 2}, 2};
  std::string text = FormatStats(stats, layout_);
  EXPECT_THAT(text, testing::HasSubstr("\"d\":1.50"));
  EXPECT_THAT(text, testing::HasSubstr("\"f\":1.0"));
  EXPECT_THAT(text, testing::HasSubstr("\"n\":{\"x\":1}"));
  FileStats again = ParseStats(text, layout_);
  EXPECT_EQ(Compare(again.columns[0].max, int64_t{9}), 0);
  EXPECT_EQ(again.num_records, 10);
  EXPECT_EQ(ParseStats("{broken", layout_).num_records, std::nullopt);
}

TEST(StatsTextTest, CutStringsStayBounds) {
  std::string text(40, 'x');
  EXPECT_EQ(TruncateMin(text), std::string(32, 'x'));
  EXPECT_GT(*TruncateMax(text), text);
  EXPECT_EQ(*TruncateMax("short"), "short");
  EXPECT_EQ(TruncateMin("äöü", 2), "äö");
}

TEST(DeletionVectorTest, RoundTripsAndFormats) {
  RowIndexSet rows;
  rows.AddMany({3, 4, 7, 11, 18, 29});
  auto inline_vector = InlineDeletionVector(rows);
  storage::LocalStore store;
  EXPECT_EQ(ReadDeletionVector(store, "/", inline_vector).ToVector(), rows.ToVector());
  // A vector as other implementations of the protocol have it in their tests.
  DeletionVectorDescriptor example{"i", "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", {}, 44, 6, {}};
  EXPECT_THAT(ReadDeletionVector(store, "/", example).ToVector(), testing::ElementsAre(3, 4, 7, 11, 18, 29));
  rows.Add(uint64_t{1} << 33);
  EXPECT_EQ(RowIndexSet::Deserialize(rows.Serialize()).ToVector(), rows.ToVector());
  EXPECT_THAT(rows.Range(4, 12), testing::ElementsAre(4, 7, 11));
  EXPECT_THAT(rows.Range(30, uint64_t{1} << 40), testing::ElementsAre(uint64_t{1} << 33));
  EXPECT_TRUE(rows.Contains(uint64_t{1} << 33));
}

TEST(DeletionVectorTest, BrokenBytesAreFound) {
  TestTable t;
  storage::LocalStore store;
  RowIndexSet rows;
  rows.AddMany({1, 2, 3});
  RowIndexSet others;
  others.Add(9);
  auto vectors = WriteDeletionVectors(store, t.root(), {&rows, &others});
  EXPECT_THAT(ReadDeletionVector(store, t.root(), vectors[1]).ToVector(), testing::ElementsAre(9));
  auto path = DeletionVectorPath(t.root(), vectors[0]);
  std::string bytes = store.Read(path);
  bytes[10] ^= 1;
  store.Put(path, bytes);
  EXPECT_EQ(ConditionOf([&] { ReadDeletionVector(store, t.root(), vectors[0]); }), "DELTA_DELETION_VECTOR_CHECKSUM_MISMATCH");
  auto wrong = vectors[1];
  wrong.cardinality = 2;
  EXPECT_EQ(ConditionOf([&] { ReadDeletionVector(store, t.root(), wrong); }), "DELTA_DELETION_VECTOR_CARDINALITY_MISMATCH");
  EXPECT_THROW(RowIndexSet::Deserialize("nonsense and more nonsense"), Error);
}

TEST(SchemaEvolutionTest, MergesAndRefuses) {
  Schema table(
      {{"id", PrimitiveType("long"), false, {}}, {"s", StructType({{"a", PrimitiveType("integer"), true, {}}}), true, {}}});
  Schema data({{"ID", PrimitiveType("long"), true, {}},
               {"s", StructType({{"b", PrimitiveType("string"), false, {}}}), true, {}},
               {"new", PrimitiveType("date"), false, {}}});
  Schema merged = MergeSchemas(table, data);
  ASSERT_EQ(merged.fields().size(), 3u);
  EXPECT_EQ(merged.fields()[0].name, "id");
  EXPECT_EQ(merged.fields()[1].type->SqlName(), "STRUCT<a: INT, b: STRING>");
  EXPECT_TRUE(merged.fields()[2].nullable);
  try {
    MergeSchemas(table, Schema({{"id", PrimitiveType("string"), true, {}}}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.condition(), "DELTA_FAILED_TO_MERGE_FIELDS");
    EXPECT_THAT(error.message(),
                testing::AllOf(testing::HasSubstr("'id'"), testing::HasSubstr("LongType"), testing::HasSubstr("StringType")));
  }
  EXPECT_EQ(Schema::Parse(merged.ToJson()).ToJson(), merged.ToJson());
  EXPECT_EQ(ConditionOf([&] {
              CheckSchema(Schema({{"a b", PrimitiveType("long"), true, {}}}), {}, false);
            }),
            "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES");
  EXPECT_EQ(ConditionOf([&] { CheckSchema(table, {"nope"}, false); }), "DELTA_PARTITION_COLUMN_NOT_FOUND");
}

TEST(TableFeaturesTest, PropertiesBringFeatures) {
  Metadata metadata;
  metadata.configuration = {{"delta.enableChangeDataFeed", "true"}};
  EXPECT_EQ(WriterFeatures(ProtocolFor(&metadata, {})).count("changeDataFeed"), 1u);
  metadata.configuration = {{"delta.feature.vacuumProtocolCheck", "supported"}, {"delta.minWriterVersion", "7"}};
  Protocol protocol = ProtocolFor(&metadata, {});
  EXPECT_EQ(protocol.min_reader_version, 3);
  EXPECT_EQ(ReaderFeatures(protocol).count("vacuumProtocolCheck"), 1u);
  EXPECT_TRUE(metadata.configuration.empty());
  metadata.configuration = {{"delta.feature.nonsense", "supported"}};
  EXPECT_EQ(ConditionOf([&] { ProtocolFor(&metadata, {}); }), "DELTA_UNSUPPORTED_FEATURES_IN_CONFIG");
}

TEST(TablePropertiesTest, ChecksAndDefaults) {
  TableProperties properties({{"delta.logRetentionDuration", "interval 1 day 12 hours"}, {"delta.targetFileSize", "2mb"}});
  EXPECT_EQ(properties.LogRetentionMillis(), 36 * 3600000);
  EXPECT_EQ(properties.TargetFileSize(), 2 << 20);
  EXPECT_EQ(properties.CheckpointInterval(), 10);
  EXPECT_EQ(ValidateProperties({{"DELTA.appendonly", "true"}}).count("delta.appendOnly"), 1u);
  EXPECT_EQ(ConditionOf([] { ValidateProperties({{"delta.nonsense", "1"}}); }), "DELTA_UNKNOWN_CONFIGURATION");
  EXPECT_EQ(ConditionOf([] {
              ValidateProperties({{"delta.appendOnly", "maybe"}});
            }),
            "DELTA_VIOLATE_TABLE_PROPERTY_VALIDATION_FAILED");
}

}  // namespace
}  // namespace headrace::delta
