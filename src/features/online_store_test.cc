#include "features/online_store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "base/ids.h"

namespace headrace::features {
namespace {

class OnlineStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { path_ = std::filesystem::temp_directory_path() / ("online-" + NewHexId()); }
  void TearDown() override { std::filesystem::remove_all(path_); }

  static OnlineTableInfo Info(std::vector<OnlineColumn> columns = {{"id", OnlineType::kLong}, {"a", OnlineType::kDouble}}) {
    OnlineTableInfo info;
    info.name = "main.churn.features";
    info.primary_keys = {{"id", OnlineType::kLong}};
    info.schemas = {{std::move(columns)}};
    info.source = "/lake/features";
    return info;
  }
  static std::string Key(int64_t id) {
    std::string key;
    AppendIntKey(id, &key);
    return key;
  }
  /// Publishes rows {id, a}.
  static void Publish(OnlineStore& store, Publication::Mode mode, int64_t version, int64_t from, int64_t to, double a) {
    auto publication = store.Begin(Info(), mode);
    RowEncoder row(publication->schema(), publication->schema_version());
    for (int64_t id = from; id < to; ++id) {
      row.Clear();
      row.SetInt(0, id);
      row.SetDouble(1, a);
      publication->Put(Key(id), row.Row());
    }
    publication->Commit(version, 1);
  }
  static std::optional<double> Read(const OnlineTable& table, int64_t id, const std::string& column = "a") {
    std::string key;
    table.StartKey(&key);
    AppendIntKey(id, &key);
    OnlineRow row;
    if (table.Get(key, &row) != OnlineTable::Found::kRow) return std::nullopt;
    const auto& schema = table.info().schemas.at(RowView::SchemaVersion(row.bytes()));
    const int at = schema.Find(column);
    return at < 0 ? std::nan("") : RowView(row.bytes(), schema).Number(at);
  }
  std::string path_;
};

TEST_F(OnlineStoreTest, RowsOfEveryTypeComeBack) {
  OnlineSchema schema{{{"b", OnlineType::kBoolean},
                       {"i", OnlineType::kInteger},
                       {"l", OnlineType::kLong},
                       {"f", OnlineType::kFloat},
                       {"d", OnlineType::kDouble},
                       {"day", OnlineType::kDate},
                       {"ts", OnlineType::kTimestamp},
                       {"s", OnlineType::kString},
                       {"n", OnlineType::kDecimal},
                       {"j", OnlineType::kJson}}};
  RowEncoder encoder(schema, 7);
  for (int round = 0; round < 2; ++round) {
    encoder.Clear();
    encoder.Set(0, true);
    encoder.Set(1, int64_t{-5});
    encoder.Set(2, INT64_MIN);
    encoder.Set(3, 1.5);
    encoder.Set(4, std::monostate());
    encoder.Set(5, *ParseDate("1998-06-30"));
    encoder.Set(6, *ParseTimestamp("1998-06-30T12:00:00.25+02:00"));
    encoder.Set(7, std::string("snow\0flake", 10));
    encoder.Set(8, std::string("12.50"));
    encoder.Set(9, std::string("[1,2]"));
  }
  EXPECT_EQ(RowView::SchemaVersion(encoder.Row()), 7u);
  const RowView row(encoder.Row(), schema);
  EXPECT_EQ(row.Value(0), OnlineValue(true));
  EXPECT_EQ(row.Value(1), OnlineValue(int64_t{-5}));
  EXPECT_EQ(row.Value(2), OnlineValue(INT64_MIN));
  EXPECT_EQ(row.Number(3), 1.5);
  EXPECT_TRUE(std::isnan(row.Number(4)));
  EXPECT_EQ(FormatDate(row.Int(5)), "1998-06-30");
  EXPECT_EQ(FormatTimestamp(row.Int(6)), "1998-06-30T10:00:00.250000");
  EXPECT_EQ(row.Text(7).size(), 10u);
  EXPECT_EQ(row.Number(8), 12.5);
  EXPECT_EQ(row.Text(9), "[1,2]");
}

TEST_F(OnlineStoreTest, KeysAreEqualWhateverWayTheyCame) {
  const auto encoded = [](OnlineType type, OnlineValue value) {
    std::string key;
    AppendKey({"k", type}, value, &key);
    return key;
  };
  EXPECT_EQ(encoded(OnlineType::kLong, int64_t{17}), encoded(OnlineType::kLong, 17.0));
  EXPECT_EQ(encoded(OnlineType::kInteger, int64_t{17}), encoded(OnlineType::kLong, int64_t{17}));
  EXPECT_EQ(encoded(OnlineType::kDouble, 0.0), encoded(OnlineType::kDouble, -0.0));
  EXPECT_EQ(encoded(OnlineType::kDecimal, std::string("7.50")), encoded(OnlineType::kDecimal, 7.5));
  EXPECT_EQ(encoded(OnlineType::kDate, std::string("1970-01-02")), encoded(OnlineType::kDate, int64_t{1}));
  EXPECT_THROW(encoded(OnlineType::kLong, 1.5), Error);
  EXPECT_THROW(encoded(OnlineType::kLong, std::string("x")), Error);
  EXPECT_THROW(encoded(OnlineType::kDate, std::string("1970-13-02")), Error);
}

TEST_F(OnlineStoreTest, NothingIsVisibleBeforeTheCommitAndAllAfterIt) {
  auto store = OnlineStore::Open(path_);
  EXPECT_EQ(store->Find("main.churn.features"), nullptr);
  Publish(*store, Publication::Mode::kMerge, 3, 0, 1000, 1.0);
  {
    auto publication = store->Begin(Info(), Publication::Mode::kReplace);
    RowEncoder row(publication->schema(), publication->schema_version());
    row.SetInt(0, 1);
    row.SetDouble(1, 9);
    publication->Put(Key(1), row.Row());
    EXPECT_EQ(Read(*store->Find("main.churn.features"), 1), 1.0);
    // Destroyed without a commit.
  }
  const auto before = store->Find("main.churn.features");
  EXPECT_EQ(before->info().source_version, 3);
  EXPECT_EQ(before->CountRows(), 1000);
  Publish(*store, Publication::Mode::kReplace, 4, 500, 1500, 2.0);
  const auto after = store->Find("main.churn.features");
  EXPECT_EQ(Read(*after, 499), std::nullopt);
  EXPECT_EQ(Read(*after, 1499), 2.0);
  // A request that began before the replacement still sees what it saw.
  EXPECT_EQ(Read(*before, 499), 1.0);
  EXPECT_EQ(Read(*before, 500), 1.0);
}

TEST_F(OnlineStoreTest, MergeUpsertsDeletesAndReopens) {
  auto store = OnlineStore::Open(path_);
  Publish(*store, Publication::Mode::kMerge, 0, 0, 10, 1.0);
  {
    auto publication = store->Begin(Info(), Publication::Mode::kMerge);
    publication->Delete(Key(3));
    publication->Commit(1, 2);
  }
  Publish(*store, Publication::Mode::kMerge, 2, 5, 12, 2.0);
  store.reset();
  store = OnlineStore::Open(path_);
  const auto table = store->Find("main.churn.features");
  EXPECT_EQ(table->info().source_version, 2);
  EXPECT_EQ(table->info().source, "/lake/features");
  EXPECT_EQ(table->CountRows(), 11);
  EXPECT_EQ(Read(*table, 3), std::nullopt);
  EXPECT_EQ(Read(*table, 4), 1.0);
  EXPECT_EQ(Read(*table, 11), 2.0);
  EXPECT_TRUE(store->Drop("main.churn.features"));
  EXPECT_FALSE(store->Drop("main.churn.features"));
  Publish(*store, Publication::Mode::kMerge, 0, 0, 1, 5.0);
  EXPECT_EQ(store->Find("main.churn.features")->CountRows(), 1);
}

TEST_F(OnlineStoreTest, WhatWasReadBeforeDoesNotHideWhatWasPublishedSince) {
  OnlineStoreOptions options;
  options.row_cache_bytes = 1 << 20;
  auto store = OnlineStore::Open(path_, options);
  const std::string name = Info().name;
  for (int64_t version = 0; version < 6; ++version) {
    Publish(*store, version % 2 ? Publication::Mode::kMerge : Publication::Mode::kReplace, version, 0, 100, version);
    for (int round = 0; round < 2; ++round) {
      for (int64_t id = 0; id < 100; ++id) ASSERT_EQ(Read(*store->Find(name), id), version);
    }
    auto publication = store->Begin(Info(), Publication::Mode::kMerge);
    publication->Delete(Key(version));
    publication->Commit(version, 1);
    EXPECT_EQ(Read(*store->Find(name), version), std::nullopt);
  }
  EXPECT_TRUE(store->Drop(name));
  Publish(*store, Publication::Mode::kMerge, 0, 50, 60, 9.0);
  EXPECT_EQ(Read(*store->Find(name), 10), std::nullopt);
  EXPECT_EQ(Read(*store->Find(name), 55), 9.0);
  // A row that is larger than the cache takes is read all the same.
  auto info = Info({{"id", OnlineType::kLong}, {"s", OnlineType::kString}});
  auto publication = store->Begin(info, Publication::Mode::kReplace);
  RowEncoder row(publication->schema(), publication->schema_version());
  row.SetInt(0, 1);
  row.SetText(1, std::string(100'000, '7'));
  publication->Put(Key(1), row.Row());
  publication->Commit(1, 1);
  for (int round = 0; round < 2; ++round) EXPECT_TRUE(Read(*store->Find(name), 1, "s").has_value());
}

TEST_F(OnlineStoreTest, AnOlderStateKnowsThatARowIsOfANewerSchema) {
  auto store = OnlineStore::Open(path_);
  Publish(*store, Publication::Mode::kMerge, 0, 0, 3, 1.0);
  const auto before = store->Find(Info().name);
  auto publication = store->Begin(Info({{"id", OnlineType::kLong}, {"b", OnlineType::kDouble}}), Publication::Mode::kMerge);
  RowEncoder encoder(publication->schema(), publication->schema_version());
  encoder.SetInt(0, 2);
  publication->Put(Key(2), encoder.Row());
  publication->Commit(1, 1);
  std::string key;
  before->StartKey(&key);
  AppendIntKey(2, &key);
  OnlineRow row;
  EXPECT_EQ(before->Get(key, &row), OnlineTable::Found::kNewer);
  EXPECT_EQ(Read(*store->Find(Info().name), 2), 1.0);
}

TEST_F(OnlineStoreTest, AMergeOfOtherColumnsKeepsTheRest) {
  auto store = OnlineStore::Open(path_);
  Publish(*store, Publication::Mode::kMerge, 0, 0, 3, 1.0);
  auto publication = store->Begin(Info({{"id", OnlineType::kLong}, {"b", OnlineType::kDouble}}), Publication::Mode::kMerge);
  ASSERT_EQ(publication->schema().columns.size(), 3u);
  RowEncoder row(publication->schema(), publication->schema_version());
  row.SetInt(0, 2);
  row.SetDouble(2, 7.0);
  publication->Put(Key(2), row.Row());
  publication->Commit(1, 1);
  publication.reset();
  const auto table = store->Find("main.churn.features");
  EXPECT_EQ(Read(*table, 2, "a"), 1.0);
  EXPECT_EQ(Read(*table, 2, "b"), 7.0);
  EXPECT_TRUE(std::isnan(*Read(*table, 1, "b")));
  EXPECT_THROW(store->Begin(Info({{"id", OnlineType::kLong}, {"a", OnlineType::kString}}), Publication::Mode::kMerge), Error);
  auto other_keys = Info();
  other_keys.primary_keys = {{"a", OnlineType::kDouble}};
  EXPECT_THROW(store->Begin(other_keys, Publication::Mode::kMerge), Error);
}

TEST_F(OnlineStoreTest, WithATimestampKeyTheLatestRowStays) {
  auto store = OnlineStore::Open(path_);
  auto info = Info({{"id", OnlineType::kLong}, {"ts", OnlineType::kTimestamp}, {"a", OnlineType::kDouble}});
  info.timestamp_keys = {"ts"};
  const auto publish = [&](std::vector<std::pair<int64_t, double>> rows) {
    auto publication = store->Begin(info, Publication::Mode::kMerge);
    RowEncoder row(publication->schema(), publication->schema_version());
    for (const auto& [ts, a] : rows) {
      row.Clear();
      row.SetInt(0, 1);
      row.SetInt(1, ts);
      row.SetDouble(2, a);
      publication->Put(Key(1), row.Row());
    }
    publication->Commit(0, 1);
  };
  publish({{10, 1}, {30, 3}, {20, 2}});
  EXPECT_EQ(Read(*store->Find(info.name), 1), 3);
  publish({{29, 9}});
  EXPECT_EQ(Read(*store->Find(info.name), 1), 3);
  publish({{30, 4}});
  EXPECT_EQ(Read(*store->Find(info.name), 1), 4);
}

TEST_F(OnlineStoreTest, ALargeMergeIsStillOneStep) {
  OnlineStoreOptions options;
  options.atomic_write_bytes = 4096;
  auto store = OnlineStore::Open(path_, options);
  Publish(*store, Publication::Mode::kMerge, 0, 0, 5000, 1.0);
  std::atomic<bool> stop{false}, torn{false};
  std::thread reader([&] {
    while (!stop) {
      const auto table = store->Find("main.churn.features");
      const double want = table->info().source_version == 0 ? 1.0 : 2.0;
      for (const int64_t id : {2500, 3500, 4999}) torn = torn || Read(*table, id) != want;
    }
  });
  Publish(*store, Publication::Mode::kMerge, 1, 2500, 7500, 2.0);
  stop = true;
  reader.join();
  EXPECT_FALSE(torn);
  const auto table = store->Find("main.churn.features");
  EXPECT_EQ(table->CountRows(), 7500);
  EXPECT_EQ(Read(*table, 0), 1.0);
}

TEST_F(OnlineStoreTest, AKilledProcessLosesNoAcknowledgedPublish) {
  for (int round = 0; round < 5; ++round) {
    std::filesystem::remove_all(path_);
    int acknowledged[2];
    ASSERT_EQ(pipe(acknowledged), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(acknowledged[0]);
      OnlineStoreOptions options;
      options.atomic_write_bytes = 16384;
      auto store = OnlineStore::Open(path_, options);
      for (int64_t version = 0;; ++version) {
        Publish(*store, version % 3 == 0 ? Publication::Mode::kReplace : Publication::Mode::kMerge, version, 0,
                300 + version % 2 * 700, static_cast<double>(version));
        if (write(acknowledged[1], &version, 8) != 8) _exit(1);
      }
    }
    close(acknowledged[1]);
    int64_t version = -1, read_version;
    // The child is killed somewhere in the publish after this many.
    for (int i = 0; i < 4 + round * 3 && read(acknowledged[0], &read_version, 8) == 8; ++i) version = read_version;
    usleep(500 * round);
    kill(child, SIGKILL);
    while (read(acknowledged[0], &read_version, 8) == 8) version = read_version;
    waitpid(child, nullptr, 0);
    close(acknowledged[0]);
    auto store = OnlineStore::Open(path_);
    const auto table = store->Find("main.churn.features");
    ASSERT_NE(table, nullptr);
    EXPECT_GE(table->info().source_version, version);
    // Every row that the last publish wrote has its value: no half publish.
    for (int64_t id = 0; id < 300; ++id) {
      ASSERT_EQ(Read(*table, id), static_cast<double>(table->info().source_version));
    }
  }
}

}  // namespace
}  // namespace headrace::features
