#include "connect/server.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <spark/connect/base.grpc.pb.h>

#include "base/ids.h"
#include "connect/testing/fake_queries.h"

namespace headrace::connect {
namespace {

namespace sc = ::spark::connect;

/// A client of one server and one session.
class Client {
 public:
  explicit Client(const ConnectServer& server) : session_(NewUuid()) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    stub_ = sc::SparkConnectService::NewStub(
        grpc::CreateCustomChannel(server.address(), grpc::InsecureChannelCredentials(), arguments));
  }

  struct Answer {
    grpc::Status status;
    int64_t rows = 0;
    int batches = 0;
    bool complete = false;
    std::string server_side_id;
  };

  sc::ExecutePlanRequest Request() const {
    sc::ExecutePlanRequest request;
    request.set_session_id(session_);
    request.mutable_user_context()->set_user_id("tester");
    request.set_operation_id(NewUuid());
    return request;
  }

  Answer Run(const sc::ExecutePlanRequest& request) {
    grpc::ClientContext context;
    auto stream = stub_->ExecutePlan(&context, request);
    Answer answer;
    sc::ExecutePlanResponse response;
    while (stream->Read(&response)) {
      answer.server_side_id = response.server_side_session_id();
      if (response.has_arrow_batch()) {
        EXPECT_EQ(response.arrow_batch().start_offset(), answer.rows);
        answer.rows += response.arrow_batch().row_count();
        ++answer.batches;
      }
      answer.complete = answer.complete || response.has_result_complete();
    }
    answer.status = stream->Finish();
    return answer;
  }

  Answer Range(int64_t rows) {
    auto request = Request();
    auto* range = request.mutable_plan()->mutable_root()->mutable_range();
    range->set_end(rows);
    range->set_step(1);
    return Run(request);
  }

  std::string GetSetting(const std::string& key) {
    sc::ConfigRequest request;
    request.set_session_id(session_);
    request.mutable_user_context()->set_user_id("tester");
    request.mutable_operation()->mutable_get()->add_keys(key);
    sc::ConfigResponse response;
    grpc::ClientContext context;
    EXPECT_TRUE(stub_->Config(&context, request, &response).ok());
    return response.pairs_size() == 1 ? response.pairs(0).value() : "";
  }

 private:
  const std::string session_;
  std::unique_ptr<sc::SparkConnectService::Stub> stub_;
};

struct TestServer {
  std::shared_ptr<FakeQueries> queries = std::make_shared<FakeQueries>();
  ConnectServer server;
  explicit TestServer(SettingValues settings = {})
      : server(
            [&] {
              ConnectOptions options;
              options.address = "127.0.0.1:0";
              options.settings = std::make_shared<SettingValues>(std::move(settings));
              return options;
            }(),
            queries) {}
};

TEST(ConnectServerTest, TwoServersInOneProcess) {
  TestServer one(SettingValues{{"spark.sql.session.timeZone", "Europe/Berlin"}});
  TestServer two;
  EXPECT_NE(one.server.port(), two.server.port());
  Client first(one.server), second(two.server);
  EXPECT_EQ(first.GetSetting("spark.sql.session.timeZone"), "Europe/Berlin");
  EXPECT_EQ(second.GetSetting("spark.sql.session.timeZone"), "UTC");
  EXPECT_EQ(first.Range(10).rows, 10);
  EXPECT_EQ(one.queries->executed, 1);
  EXPECT_EQ(two.queries->executed, 0);
  one.server.Stop(std::chrono::milliseconds(0));
  EXPECT_EQ(second.Range(10).rows, 10);
}

TEST(ConnectServerTest, ResultsOfEverySize) {
  TestServer test;
  Client client(test.server);
  for (int64_t rows : {0, 1, 2049, 3'000'000}) {
    auto answer = client.Range(rows);
    EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.rows, rows);
    EXPECT_GE(answer.batches, 1);
  }
}

TEST(ConnectServerTest, PlansAsDeepAsSparks) {
  TestServer test;
  Client client(test.server);
  auto chained = [&](int count) {
    auto request = client.Request();
    sc::Relation* at = request.mutable_plan()->mutable_root();
    for (int i = 0; i < count; ++i) {
      auto* columns = at->mutable_with_columns();
      auto* alias = columns->add_aliases();
      alias->add_name("c");
      alias->mutable_expr()->mutable_literal()->set_integer(i);
      at = columns->mutable_input();
    }
    at->mutable_range()->set_end(1);
    at->mutable_range()->set_step(1);
    return client.Run(request);
  };
  EXPECT_TRUE(chained(300).status.ok());
  auto too_deep = chained(2000);
  EXPECT_EQ(too_deep.status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(too_deep.status.error_message(), testing::HasSubstr("CONNECT_INVALID_PLAN.CANNOT_PARSE"));
}

TEST(ConnectServerTest, ErrorsAreSparks) {
  TestServer test;
  Client client(test.server);
  auto request = client.Request();
  request.mutable_plan()->mutable_root()->mutable_sql()->set_query("fail");
  auto answer = client.Run(request);
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(answer.status.error_message(), testing::StartsWith("[DIVIDE_BY_ZERO] Division by zero. SQLSTATE: 22012"));
  EXPECT_THAT(answer.status.error_details(), testing::HasSubstr("java.lang.ArithmeticException"));
}

TEST(ConnectServerTest, OneOperationIdIsRunOnce) {
  TestServer test;
  Client client(test.server);
  auto request = client.Request();
  request.add_request_options()->mutable_reattach_options()->set_reattachable(true);
  request.mutable_plan()->mutable_root()->mutable_range()->set_end(5);
  request.mutable_plan()->mutable_root()->mutable_range()->set_step(1);
  EXPECT_EQ(client.Run(request).rows, 5);
  EXPECT_EQ(client.Run(request).rows, 5);
  EXPECT_EQ(test.queries->executed, 1);
  request.mutable_plan()->mutable_root()->mutable_range()->set_end(6);
  EXPECT_THAT(client.Run(request).status.error_message(), testing::HasSubstr("INVALID_HANDLE.OPERATION_ALREADY_EXISTS"));
}

}  // namespace
}  // namespace headrace::connect
