#include "delta/transaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "delta/actions_json.h"
#include "delta/deletion_vector.h"
#include "delta/maintenance.h"
#include "delta/table_features.h"
#include "delta/testing/test_table.h"
#include "storage/testing/crash_file_system.h"
#include "storage/testing/fault_store.h"

namespace headrace::delta {
namespace {

using P = Predicate;
using testing::StartsWith;

std::set<std::string> PathsOf(const Snapshot& snapshot) {
  std::set<std::string> paths;
  for (const auto& file : snapshot.files()) paths.insert(file->path);
  return paths;
}

TEST(TransactionTest, CommitsAndReadsBack) {
  TestTable t;
  t.Create({{"delta.appendOnly", "true"}});
  auto table = t.Open();
  EXPECT_EQ(t.Append(*table, t.File("a")), 1);
  for (const auto& reader : {table, t.Open()}) {
    SnapshotPtr snapshot = reader->Update();
    EXPECT_EQ(snapshot->version(), 1);
    EXPECT_THAT(PathsOf(*snapshot), testing::ElementsAre("a"));
    EXPECT_TRUE(snapshot->properties().AppendOnly());
    EXPECT_EQ(snapshot->schema().fields()[0].type->name, "long");
    EXPECT_EQ(snapshot->protocol().min_writer_version, 2);
  }
}

TEST(TransactionTest, CommitInfoIsAsDeltaWritesIt) {
  TestTable t;
  t.Create();
  auto table = t.Open();
  t.Append(*table, t.File("a"));
  auto history = table->History();
  ASSERT_EQ(history.size(), 2u);
  const auto& fields = history[0].info.fields;
  EXPECT_EQ(history[0].info.Text("operation"), "WRITE");
  EXPECT_EQ(fields.at("operationParameters").at("partitionBy").as_string(), "[]");
  EXPECT_EQ(history[0].info.Integer("readVersion"), 0);
  EXPECT_EQ(history[0].info.Text("isolationLevel"), "Serializable");
  EXPECT_EQ(history[0].info.Boolean("isBlindAppend"), true);
  EXPECT_THAT(*history[0].info.Text("engineInfo"), StartsWith("Headrace/"));
  EXPECT_FALSE(history[1].info.Integer("readVersion").has_value());
}

/// Runs `loser` on a transaction that began before `winner` committed; the condition of what its commit throws.
template <typename Winner, typename Loser>
std::string Race(TestTable& t, Winner&& winner, Loser&& loser) {
  auto table = t.Open();
  auto other = t.Open();
  Transaction late = table->Begin();
  Transaction early = other->Begin();
  loser(late);
  winner(early);
  early.Commit({.name = "UPDATE", .parameters = {}, .metrics = {}, .user_metadata = {}});
  return ConditionOf([&] { late.Commit(TestTable::Write()); });
}

class ConflictTest : public testing::Test {
 protected:
  void SetUp() override {
    t_.Create({}, {"day"});
    auto table = t_.Open();
    t_.Append(*table, t_.File("a", 0, 9, "1"));
    t_.Append(*table, t_.File("b", 0, 9, "2"));
  }
  FileRef FindFile(const Transaction& txn, const std::string& path) {
    for (const auto& file : txn.snapshot()->files()) {
      if (file->path == path) return file;
    }
    return nullptr;
  }
  static P Day(const char* day) { return P::Compare(P::Op::kEqual, {"day"}, std::string(day)); }
  TestTable t_;
};

TEST_F(ConflictTest, BlindAppendsNeverConflict) {
  EXPECT_EQ(Race(
                t_,
                [&](Transaction& w) {
                  w.Remove(*FindFile(w, "day=1/a"));
                  w.NoteWholeTableRead();
                },
                [&](Transaction& l) { l.Add(t_.File("c", 0, 9, "1")); }),
            "");
}

TEST_F(ConflictTest, AppendToWhatWasRead) {
  auto winner = [&](Transaction& w) { w.Add(t_.File("c", 0, 9, "1")); };
  EXPECT_THAT(Race(t_, winner,
                   [&](Transaction& l) {
                     for (auto& f : l.ReadFiles(Day("1"))) l.Remove(*f);
                   }),
              "DELTA_CONCURRENT_APPEND.WITH_PARTITION_HINT");
  EXPECT_EQ(Race(t_, winner,
                 [&](Transaction& l) {
                   for (auto& f : l.ReadFiles(Day("2"))) l.Remove(*f);
                 }),
            "")
      << "another partition";
}

TEST_F(ConflictTest, WriteSerializableLetsBlindAppendsPass) {
  auto winner = [&](Transaction& w) { w.Add(t_.File("c", 0, 9, "1")); };
  EXPECT_EQ(Race(t_, winner,
                 [&](Transaction& l) {
                   l.SetIsolation(IsolationLevel::kWriteSerializable);
                   for (auto& f : l.ReadFiles(Day("1"))) l.Remove(*f);
                 }),
            "");
  auto update = [&](Transaction& w) {
    w.ReadFiles(Day("2"));
    w.Add(t_.File("d", 0, 9, "2"));
  };
  EXPECT_THAT(Race(t_, update,
                   [&](Transaction& l) {
                     l.SetIsolation(IsolationLevel::kWriteSerializable);
                     for (auto& f : l.ReadFiles(Day("2"))) l.Remove(*f);
                   }),
              StartsWith("DELTA_CONCURRENT_APPEND"));
}

TEST_F(ConflictTest, DeleteOfWhatWasRead) {
  auto winner = [&](Transaction& w) {
    w.ReadFiles(Day("1"));
    w.Remove(*FindFile(w, "day=1/a"));
  };
  EXPECT_THAT(Race(t_, winner,
                   [&](Transaction& l) {
                     l.ReadFiles(Day("1"));
                     l.Add(t_.File("e", 0, 9, "3"));
                   }),
              StartsWith("DELTA_CONCURRENT_DELETE_READ"));
}

TEST_F(ConflictTest, DeleteOfWhatIsDeletedHere) {
  auto both = [&](Transaction& x) { x.Remove(*FindFile(x, "day=1/a")); };
  EXPECT_THAT(Race(t_, both, both), StartsWith("DELTA_CONCURRENT_DELETE_DELETE"));
}

TEST_F(ConflictTest, MetadataProtocolTransactionAndDomain) {
  auto property = [](const char* key, const char* value) {
    return [=](Transaction& x) {
      Metadata metadata = x.metadata();
      metadata.configuration[key] = value;
      x.SetMetadata(metadata);
    };
  };
  auto append = [&](Transaction& l) { l.Add(t_.File("c", 0, 9, "1")); };
  EXPECT_EQ(Race(t_, property("delta.logRetentionDuration", "interval 3 days"), append), "DELTA_METADATA_CHANGED");
  EXPECT_EQ(Race(t_, property("delta.enableChangeDataFeed", "true"), property("delta.feature.deletionVectors", "supported")),
            "DELTA_PROTOCOL_CHANGED");
  auto stream = [&](Transaction& x) {
    x.ReadTransactionVersion("app");
    x.SetTransactionVersion("app", 1);
  };
  EXPECT_EQ(Race(t_, stream, stream), "DELTA_CONCURRENT_TRANSACTION");
  auto domain = [&](Transaction& x) { x.SetDomain({"d", "{}", false}); };
  EXPECT_EQ(Race(t_, domain, domain), "DELTA_CONCURRENT_WRITE");
}

TEST_F(ConflictTest, CompactionIsSnapshotIsolated) {
  auto winner = [&](Transaction& w) { w.Add(t_.File("c", 0, 9, "1")); };
  auto compaction = [&](Transaction& l) {
    for (auto& file : l.ReadFiles(Day("1"))) l.Remove(*file, false);
    AddFile add = t_.File("compacted", 0, 9, "1");
    add.data_change = false;
    l.Add(add);
  };
  EXPECT_EQ(Race(t_, winner, compaction), "");
  EXPECT_EQ(t_.Open()->History(1)[0].info.Text("isolationLevel"), "SnapshotIsolation");
}

TEST(TransactionTest, ConflictsCarryDeltasClass) {
  TestTable t;
  t.Create();
  auto table = t.Open();
  Transaction late = table->Begin();
  late.NoteWholeTableRead();
  late.Add(t.File("x"));
  t.Append(*t.Open(), t.File("y"));
  try {
    late.Commit(TestTable::Write());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kConcurrent);
    EXPECT_EQ(error.exception_class(), "io.delta.exceptions.ConcurrentAppendException");
    EXPECT_EQ(error.sqlstate(), "2D521");
  }
}

TEST(TransactionTest, TwoCreatorsOneTable) {
  TestTable t;
  auto create = [&](Transaction& x) { x.SetMetadata(NewTableMetadata(TestTable::DefaultSchema(), {}, {}, 1)); };
  EXPECT_EQ(Race(t, create, create), "DELTA_PROTOCOL_CHANGED");
}

TEST(TransactionTest, AppendOnlyRefusesDeletes) {
  TestTable t;
  t.Create({{"delta.appendOnly", "true"}});
  auto table = t.Open();
  t.Append(*table, t.File("a"));
  Transaction txn = table->Begin();
  txn.Remove(*txn.snapshot()->files()[0]);
  EXPECT_EQ(ConditionOf([&] { txn.Commit(TestTable::Write()); }), "DELTA_CANNOT_MODIFY_APPEND_ONLY");
}

TEST(TransactionTest, UnknownFeaturesAreRefusedByName) {
  TestTable t;
  t.Create();
  auto log = storage::LocalStore();
  log.Put(t.LogFile("00000000000000000001.json"),
          "{\"protocol\":{\"minReaderVersion\":3,\"minWriterVersion\":7,\"readerFeatures\":[\"fromTheFuture\"],"
          "\"writerFeatures\":[\"fromTheFuture\"]}}\n");
  try {
    t.Open()->Update();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.condition(), "DELTA_UNSUPPORTED_FEATURES_FOR_READ");
    EXPECT_THAT(error.message(), testing::HasSubstr("fromTheFuture"));
  }
}

TEST(TransactionTest, WriterOnlyFeaturesStillRead) {
  TestTable t;
  t.Create();
  storage::LocalStore().Put(
      t.LogFile("00000000000000000001.json"),
      "{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":7,\"writerFeatures\":[\"unheardOf\"]}}\n");
  auto table = t.Open();
  EXPECT_EQ(table->Update()->version(), 1);
  EXPECT_EQ(ConditionOf([&] { t.Append(*table, t.File("a")); }), "DELTA_UNSUPPORTED_FEATURES_FOR_WRITE");
}

TEST(TransactionTest, RowIdsAreAssignedAcrossRaces) {
  TestTable t;
  t.Create({{"delta.enableRowTracking", "true"}});
  auto table = t.Open();
  Transaction late = table->Begin();
  late.Add(t.File("late", 0, 4));
  t.Append(*t.Open(), t.File("early", 0, 9));
  late.Commit(TestTable::Write());
  auto snapshot = t.Open()->Update();
  EXPECT_EQ(snapshot->FindFile("early")->base_row_id, 0);
  EXPECT_EQ(snapshot->FindFile("late")->base_row_id, 10);
  EXPECT_EQ(snapshot->FindFile("late")->default_row_commit_version, 2);
  EXPECT_THAT(snapshot->domains().at("delta.rowTracking").configuration, testing::HasSubstr("14"));
}

TEST(TransactionTest, InCommitTimestampsGrow) {
  TestTable t;
  t.Create({{"delta.enableInCommitTimestamps", "true"}});
  auto clock = std::make_shared<ManualClock>(1000);  // Far behind the table.
  auto table = t.Open(std::make_shared<storage::LocalStore>(), clock);
  int64_t before = table->Update()->timestamp_ms();
  t.Append(*table, t.File("a"));
  EXPECT_EQ(table->Update()->timestamp_ms(), before + 1);
  EXPECT_EQ(t.Open()->Update()->timestamp_ms(), before + 1);
  EXPECT_EQ(table->VersionAt(before), 0);
}

TEST(TransactionTest, EightWritersAgainstAModel) {
  TestTable t;
  t.Create();
  constexpr int kThreads = 8, kRounds = 25;
  std::atomic<int> conflicts = 0;
  std::vector<std::set<std::string>> mine(kThreads);
  std::vector<std::thread> threads;
  auto shared = t.Open();
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      auto table = thread % 2 ? shared : t.Open();
      for (int round = 0; round < kRounds; ++round) {
        std::string name = std::to_string(thread) + "-" + std::to_string(round);
        Transaction txn = table->Begin();
        txn.Add(t.File(name, thread * 1000 + round, thread * 1000 + round));
        std::string replaced;
        // Every third round replaces this thread's smallest file, reading only its own range of ids.
        if (round % 3 == 2 && !mine[thread].empty()) {
          replaced = *mine[thread].begin();
          auto file = txn.snapshot()->FindFile(replaced);
          ASSERT_NE(file, nullptr) << replaced;
          txn.NoteFileRead(*file);
          txn.Remove(*file);
        }
        try {
          txn.Commit(TestTable::Write());
        } catch (const Error& error) {
          ASSERT_EQ(error.kind(), ErrorKind::kConcurrent) << error.what();
          ++conflicts;
          continue;
        }
        mine[thread].insert(name);
        mine[thread].erase(replaced);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> expected;
  for (const auto& set : mine) expected.insert(set.begin(), set.end());
  for (const auto& reader : {shared, t.Open()}) {
    EXPECT_EQ(PathsOf(*reader->Update()), expected);
    EXPECT_EQ(reader->Update()->version(), kThreads * kRounds);
  }
  EXPECT_EQ(conflicts, 0) << "nobody touched another's files";
}

TEST(TransactionTest, ALostRaceAtEveryCallEndsInOrder) {
  // The other writer commits just before the n-th call to the store, for every n there is.
  for (int at = 1;; ++at) {
    TestTable t;
    t.Create();
    auto store = std::make_shared<storage::FaultStore>(std::make_shared<storage::LocalStore>());
    auto table = t.Open(store);
    Transaction txn = table->Begin();
    txn.Add(t.File("mine"));
    int calls = 0;
    bool raced = false;
    store->SetBefore([&](const std::string&, const std::string&) {
      if (++calls == at) raced = true, t.Append(*t.Open(), t.File("theirs"));
    });
    txn.Commit(TestTable::Write());
    store->SetBefore(nullptr);
    if (!raced) break;
    auto snapshot = t.Open()->Update();
    EXPECT_EQ(snapshot->version(), 2) << at;
    EXPECT_THAT(PathsOf(*snapshot), testing::ElementsAre("mine", "theirs")) << at;
    EXPECT_EQ(PathsOf(*table->Update()), PathsOf(*snapshot));
  }
}

TEST(TransactionTest, ALostAcknowledgementIsFound) {
  TestTable t;
  t.Create();
  auto store = std::make_shared<storage::FaultStore>(std::make_shared<storage::LocalStore>());
  auto table = t.Open(store);
  store->SetAfter([](const std::string& call, const std::string&) {
    if (call == "PutIfAbsent") throw Error(ErrorKind::kUnavailable, "STORAGE_FAILURE", "the answer was lost");
  });
  EXPECT_EQ(t.Append(*table, t.File("a")), 1);
  store->SetAfter(nullptr);
  EXPECT_EQ(t.Append(*table, t.File("b")), 2);
  EXPECT_THAT(PathsOf(*table->Update()), testing::ElementsAre("a", "b"));
}

/// Kills the writer at its n-th system call and takes away what was not synced.
TEST(TransactionTest, ACrashLosesNothingAcknowledgedAndLeavesNoHalf) {
  for (int code : {EIO, ENOSPC}) {
    int finished = 0;
    for (int at = 1; at < 60 && finished < 2; ++at) {
      TestTable t;
      t.Create({{"delta.checkpointInterval", "2"}});
      auto files = std::make_shared<storage::CrashFileSystem>();
      auto table = t.Open(std::make_shared<storage::LocalStore>(files));
      std::set<std::string> acknowledged;
      files->FailFrom(at, code);
      bool failed = false;
      for (int i = 1; i <= 4 && !failed; ++i) {
        std::string name = "f" + std::to_string(i);
        AddFile add = t.File(name);
        try {
          files->WriteFile(t.root() + "/" + name, "data");
          t.Append(*table, add);
          acknowledged.insert(name);
        } catch (const std::exception&) {
          failed = true;
        }
      }
      if (!failed) ++finished;
      files->Crash();
      auto fresh = t.Open();
      auto snapshot = fresh->Update();
      auto found = PathsOf(*snapshot);
      EXPECT_TRUE(std::includes(found.begin(), found.end(), acknowledged.begin(), acknowledged.end())) << at;
      EXPECT_LE(found.size(), acknowledged.size() + 1) << at;
      for (const auto& path : found) EXPECT_EQ(storage::LocalStore().Read(t.root() + "/" + path), "data") << at << path;
      EXPECT_EQ(t.Append(*fresh, t.File("after")), snapshot->version() + 1) << "the table goes on";
    }
    EXPECT_GT(finished, 0) << "the loop reached the end of the commits";
  }
}

TEST(TransactionTest, ACheckpointThatFailsFailsNoCommit) {
  TestTable t;
  t.Create({{"delta.checkpointInterval", "1"}});
  auto store = std::make_shared<storage::FaultStore>(std::make_shared<storage::LocalStore>());
  store->SetBefore([](const std::string& call, const std::string&) {
    if (call == "Put") throw Error(ErrorKind::kUnavailable, "STORAGE_FAILURE", "no checkpoints today");
  });
  EXPECT_EQ(t.Append(*t.Open(store), t.File("a")), 1);
  EXPECT_EQ(t.Open()->Update()->version(), 1);
}

TEST(TransactionTest, AFileThatIsNotThereIsNotCommitted) {
  TestTable t;
  t.Create();
  AddFile add = t.File("a");
  std::filesystem::remove(t.root() + "/a");
  EXPECT_EQ(ConditionOf([&] { t.Append(*t.Open(), add); }), "PATH_NOT_FOUND");
  EXPECT_EQ(t.Open()->Update()->version(), 0);
}

TEST(TransactionTest, DeletionVectorsReplaceTheFile) {
  TestTable t;
  t.Create({{"delta.enableDeletionVectors", "true"}});
  auto table = t.Open();
  t.Append(*table, t.File("a", 0, 9));
  Transaction txn = table->Begin();
  RowIndexSet rows;
  rows.AddMany({1, 5});
  auto vectors = WriteDeletionVectors(*table->location().store, t.root(), {&rows});
  txn.SetDeletionVector(*txn.snapshot()->files()[0], vectors[0]);
  txn.Commit({.name = "DELETE", .parameters = {}, .metrics = {}, .user_metadata = {}});
  auto snapshot = t.Open()->Update();
  ASSERT_EQ(snapshot->files().size(), 1u);
  EXPECT_EQ(snapshot->LiveRowsOf(*snapshot->files()[0]), 8);
  EXPECT_FALSE(snapshot->StatsOf(*snapshot->files()[0])->tight_bounds);
  auto read = ReadDeletionVector(*table->location().store, t.root(), *snapshot->files()[0]->deletion_vector);
  EXPECT_THAT(read.ToVector(), testing::ElementsAre(1, 5));
  EXPECT_EQ(snapshot->protocol().min_reader_version, 3);
}

TEST(TransactionTest, ColumnMappingGetsIdsAndNames) {
  TestTable t;
  t.Create();
  auto table = t.Open();
  Transaction txn = table->Begin();
  Metadata metadata = txn.metadata();
  metadata.configuration["delta.columnMapping.mode"] = "name";
  txn.SetMetadata(metadata);
  txn.Commit({.name = "SET TBLPROPERTIES", .parameters = {}, .metrics = {}, .user_metadata = {}});
  auto snapshot = t.Open()->Update();
  EXPECT_EQ(snapshot->schema().Find("id")->PhysicalName(), "id") << "an existing table keeps its files' names";
  EXPECT_EQ(snapshot->schema().Find("day")->ColumnId(), 2);
  EXPECT_EQ(snapshot->metadata().configuration.at("delta.columnMapping.maxColumnId"), "2");
  EXPECT_TRUE(WriterFeatures(snapshot->protocol()).count("columnMapping"));

  TestTable fresh;
  fresh.Create({{"delta.columnMapping.mode", "name"}});
  EXPECT_THAT(fresh.Open()->Update()->schema().Find("id")->PhysicalName(), StartsWith("col-"));
}

}  // namespace
}  // namespace headrace::delta
