#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.h"
#include "base/ids.h"
#include "storage/local_store.h"
#include "storage/testing/crash_file_system.h"
#include "storage/testing/fault_store.h"

namespace headrace::storage {
namespace {

class LocalStoreTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(root_); }
  void TearDown() override { std::filesystem::remove_all(root_); }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (const auto& info : store_.List(root_, "")) names.push_back(info.path.substr(root_.size() + 1));
    return names;
  }
  std::string root_ = (std::filesystem::temp_directory_path() / ("storage_test-" + NewHexId())).string();
  LocalStore store_;
};

TEST_F(LocalStoreTest, ReadsBackWhatWasPut) {
  store_.Put(root_ + "/a/b/c.txt", "hello");
  EXPECT_EQ(store_.Read(root_ + "/a/b/c.txt"), "hello");
  EXPECT_EQ(store_.ReadRange(root_ + "/a/b/c.txt", 1, 3), "ell");
  EXPECT_EQ(store_.ReadRange(root_ + "/a/b/c.txt", 3, 10), "lo");
  EXPECT_EQ(store_.Stat(root_ + "/a/b/c.txt")->size, 5);
  EXPECT_EQ(store_.ListRecursive(root_).size(), 1u);
  store_.Delete(root_ + "/a/b/c.txt");
  store_.Delete(root_ + "/a/b/c.txt");
  EXPECT_FALSE(store_.Exists(root_ + "/a/b/c.txt"));
  EXPECT_THROW(store_.Read(root_ + "/a/b/c.txt"), Error);
}

TEST_F(LocalStoreTest, ListsInOrderFromAName) {
  for (const char* name : {"c", "a", "b"}) store_.Put(root_ + "/" + name, "");
  EXPECT_THAT(Names(), testing::ElementsAre("a", "b", "c"));
  EXPECT_EQ(store_.List(root_, "b").size(), 2u);
  EXPECT_TRUE(store_.List(root_ + "/missing", "").empty());
}

TEST_F(LocalStoreTest, ExactlyOneOfManyWritersWins) {
  for (int round = 0; round < 20; ++round) {
    std::string path = root_ + "/" + std::to_string(round);
    std::atomic<int> winners = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] { winners += store_.PutIfAbsent(path, std::to_string(i)) ? 1 : 0; });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(winners, 1);
  }
  EXPECT_EQ(Names().size(), 20u) << "no temporary file is left";
}

TEST_F(LocalStoreTest, ACrashAtAnyCallLeavesAllOrNothing) {
  for (int at = 1; at < 20; ++at) {
    auto files = std::make_shared<CrashFileSystem>();
    LocalStore store(files);
    std::string path = root_ + "/d" + std::to_string(at) + "/x";
    files->FailFrom(at);
    bool acknowledged = false;
    try {
      acknowledged = store.PutIfAbsent(path, "whole");
    } catch (const Error&) {
    }
    files->Crash();
    if (acknowledged || store_.Exists(path)) {
      EXPECT_EQ(store_.Read(path), "whole") << at;
    }
  }
}

TEST_F(LocalStoreTest, AFullDiskIsSaidAndLeavesNothing) {
  auto files = std::make_shared<CrashFileSystem>();
  LocalStore store(files);
  files->FailFrom(1, ENOSPC);
  try {
    store.PutIfAbsent(root_ + "/x", "data");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.condition(), "STORAGE_FULL");
  }
  EXPECT_TRUE(Names().empty());
}

TEST_F(LocalStoreTest, SyncKeepsFilesWrittenPastTheStore) {
  auto files = std::make_shared<CrashFileSystem>();
  LocalStore store(files);
  files->MakeDirectory(root_ + "/p=1");
  files->WriteFile(root_ + "/p=1/kept", "kept");
  files->WriteFile(root_ + "/p=1/lost", "lost");
  store.Sync({root_ + "/p=1/kept"}, root_);
  files->Crash();
  EXPECT_EQ(store_.Read(root_ + "/p=1/kept"), "kept");
  EXPECT_NE(store_.Exists(root_ + "/p=1/lost") ? store_.Read(root_ + "/p=1/lost") : "", "lost");
}

TEST_F(LocalStoreTest, SyncOfManyFilesKeepsThemAll) {
  auto files = std::make_shared<CrashFileSystem>();
  LocalStore store(files);
  std::vector<std::string> paths;
  for (int i = 0; i < 100; ++i) {
    paths.push_back(root_ + "/" + std::to_string(i));
    files->WriteFile(paths.back(), "kept");
  }
  store.Sync(paths, root_);
  files->Crash();
  for (const auto& path : paths) EXPECT_EQ(store_.Read(path), "kept");
  paths.push_back(root_ + "/missing");
  EXPECT_THROW(store.Sync(paths, root_), Error);
}

TEST(FaultStoreTest, HooksSeeEachCall) {
  FaultStore store(std::make_shared<LocalStore>());
  store.SetBefore([](const std::string& call, const std::string&) {
    if (call == "Stat") throw Error(ErrorKind::kUnavailable, "STORAGE_FAILURE", "injected");
  });
  EXPECT_THROW(store.Stat("/"), Error);
  EXPECT_EQ(store.Calls("Stat"), 1);
}

TEST(ResolveTest, UnderstandsLocalForms) {
  EXPECT_EQ(Resolve("/a/b/").path, "/a/b");
  EXPECT_EQ(Resolve("file:///a/b%20c").path, "/a/b c");
  EXPECT_EQ(Resolve("file:/a/../b").path, "/b");
  EXPECT_EQ(Resolve("rel").path, (std::filesystem::current_path() / "rel").string());
  EXPECT_EQ(Resolve("/a b").Uri(), "file:/a%20b");
}

TEST(ResolveTest, RefusesOtherSchemesByName) {
  try {
    Resolve("s3://bucket/key");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
    EXPECT_THAT(error.message(), testing::HasSubstr("s3://"));
  }
  EXPECT_THROW(Resolve("file://host/a"), Error);
}

TEST(PathTest, EncodesAsUrisDo) {
  EXPECT_EQ(EncodePath("a b%=c/é"), "a%20b%25=c/é");
  EXPECT_EQ(DecodePath(EncodePath("100% ü/[x]?")), "100% ü/[x]?");
  EXPECT_EQ(DecodePath("%zz%4"), "%zz%4");
}

}  // namespace
}  // namespace headrace::storage
