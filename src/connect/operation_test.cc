#include "connect/operation.h"

#include <gmock/gmock.h>

#include <thread>

#include "base/error.h"

namespace headrace::connect {
namespace {

/// Keeps what it is sent; the test says when a write is done.
class RecordingSink : public ResponseSink {
 public:
  void Write(std::shared_ptr<const std::string> message) override {
    std::lock_guard lock(mutex);
    messages.push_back(*message);
  }
  void WriteLast(std::shared_ptr<const std::string> message, const RpcStatus& end) override {
    std::lock_guard lock(mutex);
    messages.push_back(*message);
    finished = true;
    status = end;
  }
  void Finish(const RpcStatus& end, bool abort) override {
    std::lock_guard lock(mutex);
    finished = true;
    aborted = abort;
    status = end;
  }
  size_t count() {
    std::lock_guard lock(mutex);
    return messages.size();
  }

  std::mutex mutex;
  std::vector<std::string> messages;
  bool finished = false;
  bool aborted = false;
  RpcStatus status;
};

std::shared_ptr<Operation> Make(bool reattachable = true, OperationLimits limits = {}) {
  return std::make_shared<Operation>("op", std::vector<std::string>{}, reattachable, 1, limits);
}

TEST(OperationTest, SendsOneAtATimeThenTheStatus) {
  auto operation = Make();
  auto sink = std::make_shared<RecordingSink>();
  operation->Attach(sink, "");
  operation->Push("a");
  operation->Written(sink.get());
  operation->Push("b");
  EXPECT_THAT(sink->messages, testing::ElementsAre("a", "b"));
  operation->Complete({}, Operation::State::kSucceeded);
  EXPECT_FALSE(sink->finished);
  operation->Written(sink.get());
  EXPECT_TRUE(sink->finished);
  EXPECT_EQ(sink->status.code, 0);
}

TEST(OperationTest, TheLastMessageTakesTheStatusWithIt) {
  auto operation = Make();
  auto sink = std::make_shared<RecordingSink>();
  operation->Attach(sink, "");
  operation->Push("a", Operation::Send::kWithNext);
  EXPECT_EQ(sink->count(), 0u);
  operation->Push("b", Operation::Send::kWithNext);
  operation->Complete({}, Operation::State::kSucceeded);
  EXPECT_THAT(sink->messages, testing::ElementsAre("a"));
  EXPECT_FALSE(sink->finished);
  operation->Written(sink.get());
  EXPECT_THAT(sink->messages, testing::ElementsAre("a", "b"));
  EXPECT_TRUE(sink->finished);
  EXPECT_EQ(sink->status.code, 0);
  // Whoever comes back for the end gets it again.
  auto again = std::make_shared<RecordingSink>();
  operation->Attach(again, "1");
  EXPECT_THAT(again->messages, testing::ElementsAre("b"));
  EXPECT_TRUE(again->finished);
}

TEST(OperationTest, WhatWaitsForTheNextMessageLeavesWhenThereIsNoRoomForIt) {
  OperationLimits limits;
  limits.unsent_bytes = 10;
  auto operation = Make(true, limits);
  auto sink = std::make_shared<RecordingSink>();
  operation->Attach(sink, "");
  std::thread producer([&] {
    for (int i = 0; i < 3; ++i) operation->Push("12345678", Operation::Send::kWithNext);
    operation->Complete({}, Operation::State::kSucceeded);
  });
  for (size_t sent = 1; sent <= 3; ++sent) {
    for (int i = 0; i < 500 && sink->count() < sent; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_EQ(sink->count(), sent);
    operation->Written(sink.get());
  }
  producer.join();
  EXPECT_TRUE(sink->finished);
}

TEST(OperationTest, ReplaysAfterACutFromTheLastResponseTheClientHas) {
  auto operation = Make();
  auto first = std::make_shared<RecordingSink>();
  operation->Attach(first, "");
  for (const char* text : {"a", "b", "c"}) operation->Push(text);
  operation->Written(first.get());
  operation->Detach(first.get());
  EXPECT_FALSE(operation->cancellation()->cancelled());
  auto second = std::make_shared<RecordingSink>();
  operation->Attach(second, "1");
  operation->Written(second.get());
  EXPECT_THAT(second->messages, testing::ElementsAre("b", "c"));
  operation->ReleaseUntil("2");
  auto third = std::make_shared<RecordingSink>();
  EXPECT_THROW(operation->Attach(third, "9"), Error);
  EXPECT_THROW(operation->Attach(third, ""), Error);
  operation->Attach(third, "2");
  EXPECT_TRUE(second->finished);
  EXPECT_TRUE(second->aborted);
}

TEST(OperationTest, HoldsTheProducerBackWhenTheClientDoesNotRead) {
  OperationLimits limits;
  limits.unsent_bytes = 100;
  limits.retry_bytes = 50;
  auto operation = Make(true, limits);
  auto sink = std::make_shared<RecordingSink>();
  operation->Attach(sink, "");
  std::atomic<int> pushed{0};
  std::thread producer([&] {
    for (int i = 0; i < 50; ++i, ++pushed) operation->Push(std::string(40, 'x'));
  });
  for (int i = 0; i < 100 && pushed < 2; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(pushed, 2);
  while (pushed < 50 || sink->count() < 50) {
    operation->Written(sink.get());
    EXPECT_LE(operation->buffered_bytes(), 200);
    std::this_thread::yield();
  }
  producer.join();
}

TEST(OperationTest, CancellingFreesTheProducerAndDropsWhatWaits) {
  OperationLimits limits;
  limits.unsent_bytes = 10;
  auto operation = Make(true, limits);
  auto sink = std::make_shared<RecordingSink>();
  operation->Attach(sink, "");
  std::string condition;
  std::thread producer([&] {
    try {
      for (int i = 0; i < 50; ++i) operation->Push("12345678");
    } catch (const Error& error) {
      condition = error.condition();
      operation->Complete({13, "cancelled", ""}, Operation::State::kCancelled);
    }
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  operation->cancellation()->Cancel();
  producer.join();
  EXPECT_EQ(condition, "OPERATION_CANCELED");
  operation->Written(sink.get());
  EXPECT_TRUE(sink->finished);
  EXPECT_EQ(sink->status.code, 13);
}

TEST(OperationTest, AClientThatCannotReattachEndsItsOperation) {
  auto operation = Make(false);
  auto sink = std::make_shared<RecordingSink>();
  operation->Attach(sink, "");
  operation->Detach(sink.get());
  EXPECT_TRUE(operation->cancellation()->cancelled());
}

TEST(OperationTest, ALongStreamEndsSoThatTheClientReattaches) {
  OperationLimits limits;
  limits.stream_bytes = 5;
  auto operation = Make(true, limits);
  auto sink = std::make_shared<RecordingSink>();
  operation->Attach(sink, "");
  operation->Push("123456");
  operation->Push("rest");
  operation->Written(sink.get());
  EXPECT_TRUE(sink->finished);
  EXPECT_EQ(sink->status.code, 0);
  auto next = std::make_shared<RecordingSink>();
  operation->Attach(next, "1");
  EXPECT_THAT(next->messages, testing::ElementsAre("rest"));
}

}  // namespace
}  // namespace headrace::connect
