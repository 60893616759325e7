#include <spark/connect/base.pb.h>

#include "base/log.h"
#include "connect/arrow/rows.h"
#include "connect/decode.h"
#include "connect/encode.h"
#include "connect/handlers.h"

namespace headrace::connect {

namespace sc = ::spark::connect;

OperationLimits LimitsOf(const engine::Session& session) {
  const auto& conf = session.conf();
  OperationLimits limits;
  limits.retry_bytes = conf.GetInt("spark.connect.execute.reattachable.observerRetryBufferSize");
  limits.stream_bytes = conf.GetInt("spark.connect.execute.reattachable.senderMaxStreamSize");
  limits.stream_time = std::chrono::milliseconds(conf.GetInt("spark.connect.execute.reattachable.senderMaxStreamDuration"));
  return limits;
}

namespace {

/// Runs one request on the driver's thread.
class Execution {
 public:
  Execution(engine::QueryService& queries, const std::shared_ptr<ClientSession>& client,
            const std::shared_ptr<Operation>& operation, const sc::ExecutePlanRequest& request)
      : queries_(queries), session_(client->session()), operation_(*operation), request_(request) {
    options_.operation_id = operation->id();
    options_.tags = operation->tags();
    options_.cancellation = operation->cancellation();
  }

  void Run() {
    operation_.cancellation()->ThrowIfCancelled();
    PlanRoot root = RootOf(request_.plan());
    PlanDecoder decoder(*session_);
    if (root.relation != nullptr) {
      RunQuery(decoder.Relation(*root.relation));
    } else {
      RunCommand(decoder, *root.command);
    }
    sc::ExecutePlanResponse done = Response();
    done.mutable_result_complete();
    Push(done);
  }

 private:
  sc::ExecutePlanResponse Response(int64_t number = 0) const {
    sc::ExecutePlanResponse response;
    response.set_session_id(session_->session_id());
    response.set_server_side_session_id(session_->server_side_id());
    response.set_operation_id(operation_.id());
    response.set_response_id(std::to_string(number == 0 ? operation_.NextNumber() : number));
    return response;
  }

  /// For what the end follows at once.
  void Push(const sc::ExecutePlanResponse& response) {
    operation_.Push(response.SerializeAsString(), Operation::Send::kWithNext);
  }

  RowLimits Limits() const {
    RowLimits limits;
    limits.batch_bytes = session_->conf().GetInt("spark.connect.grpc.arrow.maxBatchSize");
    for (const auto& option : request_.request_options()) {
      const auto& chunking = option.result_chunking_options();
      if (!option.has_result_chunking_options() || !chunking.allow_arrow_batch_chunking()) continue;
      int64_t largest = session_->conf().GetInt("spark.connect.session.resultChunking.maxChunkSize");
      limits.chunk_bytes = largest;
      if (chunking.has_preferred_arrow_chunk_size() && chunking.preferred_arrow_chunk_size() > 0) {
        limits.chunk_bytes = std::min(largest, chunking.preferred_arrow_chunk_size());
      }
    }
    return limits;
  }

  void RunQuery(const plan::RelationPtr& relation) {
    rows_ = queries_.Execute(session_, relation, options_);
    engine::ResultStream* stream = rows_.get();
    SendRows(*stream, operation_, Limits(), [&](int64_t number, bool with_schema) {
      sc::ExecutePlanResponse response = Response(number);
      if (with_schema) EncodeSchema(stream->schema(), *response.mutable_schema());
      return response.SerializeAsString();
    });
    SendObserved(*stream);
  }

  void SendObserved(const engine::ResultStream& stream) {
    auto observed = stream.observed_metrics();
    if (observed.empty()) return;
    sc::ExecutePlanResponse response = Response();
    for (const auto& metrics : observed) {
      auto* encoded = response.add_observed_metrics();
      encoded->set_name(metrics.name);
      encoded->set_plan_id(metrics.plan_id);
      for (const auto& key : metrics.keys) encoded->add_keys(key);
      for (const auto& value : metrics.values) EncodeLiteral(value, *encoded->add_values());
    }
    Push(response);
  }

  void RunCommand(PlanDecoder& decoder, const sc::Command& command) {
    switch (command.command_type_case()) {
      case sc::Command::kSqlCommand:
        return RunSql(decoder, command.sql_command());
      case sc::Command::kCheckpointCommand: {
        const auto& checkpoint = command.checkpoint_command();
        std::string id = queries_.Checkpoint(session_, decoder.Relation(checkpoint.relation()), checkpoint.eager(),
                                             checkpoint.local(), options_);
        sc::ExecutePlanResponse response = Response();
        response.mutable_checkpoint_command_result()->mutable_relation()->set_relation_id(id);
        return Push(response);
      }
      case sc::Command::kRemoveCachedRemoteRelationCommand:
        return queries_.RemoveCachedRemote(session_, command.remove_cached_remote_relation_command().relation().relation_id());
      case sc::Command::kGetResourcesCommand: {
        sc::ExecutePlanResponse response = Response();
        response.mutable_get_resources_command_result();  // One machine without named resources.
        return Push(response);
      }
      default:
        break;
    }
    auto rows = queries_.ExecuteCommand(session_, decoder.Command(command), options_);
    while (rows && rows->Next()) {
    }
    if (rows) SendObserved(*rows);
  }

  /// A query goes back to the client as it came and is run when the client asks for its rows; the rows of any other
  /// statement go back as local data.
  void RunSql(PlanDecoder& decoder, const sc::SqlCommand& command) {
    auto rows = queries_.ExecuteSql(session_, decoder.Sql(command), options_);
    sc::ExecutePlanResponse response = Response();
    auto* relation = response.mutable_sql_command_result()->mutable_relation();
    if (rows) {
      auto* local = relation->mutable_local_relation();
      local->set_schema(json::serialize(plan::DataType::Struct(rows->schema()).ToJson()));
      local->set_data(ToIpcStream(*rows));
    } else if (command.has_input()) {
      *relation = command.input();
    } else {
      auto* sql = relation->mutable_sql();
      sql->set_query(command.sql());
      *sql->mutable_args() = command.args();
      *sql->mutable_pos_args() = command.pos_args();
      *sql->mutable_named_arguments() = command.named_arguments();
      *sql->mutable_pos_arguments() = command.pos_arguments();
    }
    Push(response);
  }

  engine::QueryService& queries_;
  const std::shared_ptr<engine::Session> session_;
  Operation& operation_;
  const sc::ExecutePlanRequest& request_;
  engine::ExecuteOptions options_;
  std::unique_ptr<engine::ResultStream> rows_;  // Closed when the client has its answer: that takes a while.
};

}  // namespace

void RunOperation(engine::QueryService& queries, const std::shared_ptr<ClientSession>& session,
                  const std::shared_ptr<Operation>& operation, const sc::ExecutePlanRequest& request) {
  Execution execution(queries, session, operation, request);
  try {
    execution.Run();
    operation->Complete({}, Operation::State::kSucceeded);
  } catch (...) {
    Error error = CurrentError();
    bool cancelled = operation->cancellation()->cancelled();
    if (cancelled && error.kind() != ErrorKind::kCancelled) {
      // Whatever a cancelled query stumbled over, it was cancelled.
      auto cause = std::make_shared<const Error>(error);
      error = Error(ErrorKind::kCancelled, "OPERATION_CANCELED", "Operation has been canceled.");
      error.WithSqlState("HY008").WithCause(std::move(cause));
    }
    if (error.kind() == ErrorKind::kInternal) {
      Log(LogLevel::kError, "connect", "operation failed", {{"operation", operation->id()}, {"error", error.what()}});
    }
    operation->Complete(session->errors().Record(error), cancelled ? Operation::State::kCancelled : Operation::State::kFailed);
  }
}

}  // namespace headrace::connect
