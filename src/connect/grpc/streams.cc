#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <xxhash.h>

#include <mutex>

#include "base/ids.h"
#include "base/log.h"
#include "connect/decode.h"
#include "connect/grpc/service.h"

namespace headrace::connect {

namespace sc = ::spark::connect;

namespace {

/// Parses a message as deep as Spark does, without joining its slices.
void Parse(grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  grpc::ProtoBufferReader reader(&bytes);
  bool parsed = false;
  if (reader.status().ok()) {
    google::protobuf::io::CodedInputStream input(&reader);
    input.SetRecursionLimit(kRecursionLimit);
    parsed = message.ParseFromCodedStream(&input) && input.ConsumedEntireMessage();
  }
  if (!parsed) {
    ThrowInvalidPlan("CANNOT_PARSE", "Cannot decompress or parse the input plan (the message is broken or nested too deep)",
                     {{"errorMsg", "the message is broken or nested too deep"}});
  }
}

/// Tells a request that is sent again from another one with the same operation id.
uint64_t HashOf(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  if (!bytes.Dump(&slices).ok()) return 0;
  XXH3_state_t* state = XXH3_createState();
  XXH3_64bits_reset(state);
  for (const auto& slice : slices) XXH3_64bits_update(state, slice.begin(), slice.size());
  uint64_t hash = XXH3_64bits_digest(state);
  XXH3_freeState(state);
  return hash;
}

/// A slice that shares the message's memory.
grpc::ByteBuffer ToBuffer(const std::shared_ptr<const std::string>& message) {
  auto* holder = new std::shared_ptr<const std::string>(message);
  grpc::Slice slice(
      const_cast<char*>(message->data()), message->size(),
      [](void* data) { delete static_cast<std::shared_ptr<const std::string>*>(data); }, holder);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace

/// The sink over one RPC. The reactor belongs to gRPC and goes away with the call; the sink stays as long as either side
/// knows it. Finish waits for a write that is under way, as gRPC demands.
class StreamSink final : public ResponseSink, public std::enable_shared_from_this<StreamSink> {
 public:
  StreamSink(grpc::ServerWriteReactor<grpc::ByteBuffer>* reactor, grpc::CallbackServerContext* context)
      : reactor_(reactor), context_(context) {}

  void Write(std::shared_ptr<const std::string> message) override {
    std::lock_guard lock(mutex_);
    if (reactor_ == nullptr || finished_) return;
    buffer_ = ToBuffer(message);
    writing_ = true;
    reactor_->StartWrite(&buffer_);
  }

  void WriteLast(std::shared_ptr<const std::string> message, const RpcStatus& status) override {
    std::lock_guard lock(mutex_);
    if (reactor_ == nullptr || finished_) return;
    finished_ = true;
    buffer_ = ToBuffer(message);
    reactor_->StartWriteAndFinish(&buffer_, grpc::WriteOptions(), ToGrpc(status));
  }

  void Finish(const RpcStatus& status, bool abort) override {
    std::lock_guard lock(mutex_);
    if (reactor_ == nullptr || finished_) return;
    finished_ = true;
    status_ = ToGrpc(status);
    if (!writing_) {
      reactor_->Finish(status_);
    } else if (abort) {
      context_->TryCancel();  // The write may hang on a dead connection.
    }
  }

  /// Called with the operation whose responses go here, before its first Write.
  void Bind(std::shared_ptr<Operation> operation) {
    std::lock_guard lock(mutex_);
    operation_ = std::move(operation);
  }

  void OnWritten(bool ok) {
    std::shared_ptr<Operation> operation;
    {
      std::lock_guard lock(mutex_);
      writing_ = false;
      buffer_.Clear();
      if (finished_) {
        reactor_->Finish(status_);
        return;
      }
      operation = operation_;
    }
    if (ok) {
      operation->Written(this);
    } else {
      Gone();
    }
  }

  void Gone() {
    std::shared_ptr<Operation> operation;
    {
      std::lock_guard lock(mutex_);
      gone_ = true;
      operation = operation_;
    }
    if (operation) operation->Detach(this);
    Finish({static_cast<int>(grpc::StatusCode::CANCELLED), "The client is gone", ""}, false);
  }

  bool gone() const {
    std::lock_guard lock(mutex_);
    return gone_;
  }

  void Closed() {
    std::lock_guard lock(mutex_);
    reactor_ = nullptr;
    context_ = nullptr;
  }

 private:
  mutable std::mutex mutex_;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* reactor_;
  grpc::CallbackServerContext* context_;
  grpc::ByteBuffer buffer_;
  grpc::Status status_;
  std::shared_ptr<Operation> operation_;
  bool writing_ = false;
  bool finished_ = false;
  bool gone_ = false;
};

class ExecuteStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  explicit ExecuteStream(grpc::CallbackServerContext* context) : sink_(std::make_shared<StreamSink>(this, context)) {}
  const std::shared_ptr<StreamSink>& sink() const { return sink_; }
  void OnWriteDone(bool ok) override { sink_->OnWritten(ok); }
  void OnCancel() override { sink_->Gone(); }
  void OnDone() override {
    sink_->Closed();
    delete this;
  }

 private:
  const std::shared_ptr<StreamSink> sink_;
};

grpc::ServerWriteReactor<grpc::ByteBuffer>* ConnectService::ExecutePlan(grpc::CallbackServerContext* context,
                                                                        const grpc::ByteBuffer* request) {
  auto* stream = new ExecuteStream(context);
  pool_.Submit([this, sink = stream->sink(), token = TokenOf(*context), bytes = *request]() mutable {
    StartExecute(sink, token, std::move(bytes));
  });
  return stream;
}

void ConnectService::StartExecute(const std::shared_ptr<StreamSink>& sink, const std::string& token, grpc::ByteBuffer bytes) {
  sc::ExecutePlanRequest request;
  std::shared_ptr<ClientSession> session;
  std::shared_ptr<Operation> operation;
  bool created = false;
  try {
    uint64_t hash = HashOf(bytes);
    Parse(bytes, request);
    bytes.Clear();
    session = SessionOf(token, request);
    std::string id = request.has_operation_id() && !request.operation_id().empty() ? request.operation_id() : NewUuid();
    if (!IsUuid(id)) {
      throw HandleError("FORMAT", id, "Handle must be an UUID string of the format '00112233-4455-6677-8899-aabbccddeeff'");
    }
    bool reattachable = false;
    for (const auto& option : request.request_options()) {
      reattachable = reattachable || (option.has_reattach_options() && option.reattach_options().reattachable());
    }
    operation = session->FindOrCreate(id, {request.tags().begin(), request.tags().end()}, reattachable, hash,
                                      LimitsOf(*session->session()), &created);
    sink->Bind(operation);
    operation->Attach(sink, "");
    if (sink->gone()) operation->Detach(sink.get());
  } catch (...) {
    Error error = CurrentError();
    sink->Finish((session ? session->errors() : errors_).Record(error), false);
    return;
  }
  if (!created) return;
  RunOperation(*queries_, session, operation, request);
  // Nobody can come back for what cannot be reattached.
  if (!operation->reattachable()) session->Remove(operation->id());
  session->Touch();
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* ConnectService::ReattachExecute(grpc::CallbackServerContext* context,
                                                                            const grpc::ByteBuffer* request) {
  auto* stream = new ExecuteStream(context);
  pool_.Submit([this, sink = stream->sink(), token = TokenOf(*context), bytes = *request]() mutable {
    StartReattach(sink, token, std::move(bytes));
  });
  return stream;
}

void ConnectService::StartReattach(const std::shared_ptr<StreamSink>& sink, const std::string& token, grpc::ByteBuffer bytes) {
  std::shared_ptr<ClientSession> session;
  try {
    sc::ReattachExecuteRequest request;
    Parse(bytes, request);
    session = SessionOf(token, request, false);
    auto operation = session->Get(request.operation_id());
    if (!operation->reattachable()) {
      throw Error(ErrorKind::kRuntime, "INVALID_CURSOR.NOT_REATTACHABLE",
                  "The cursor is invalid. The cursor is not reattachable.")
          .WithSqlState("HY109");
    }
    sink->Bind(operation);
    operation->Attach(sink, request.last_response_id());
    if (sink->gone()) operation->Detach(sink.get());
  } catch (...) {
    sink->Finish((session ? session->errors() : errors_).Record(CurrentError()), false);
  }
}

grpc::ServerUnaryReactor* ConnectService::AnalyzePlan(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  auto* reactor = context->DefaultReactor();
  pool_.Submit([this, reactor, response, token = TokenOf(*context), bytes = *request]() mutable {
    std::shared_ptr<ClientSession> session;
    grpc::Status status;
    try {
      sc::AnalyzePlanRequest message;
      Parse(bytes, message);
      bytes.Clear();
      session = SessionOf(token, message);
      sc::AnalyzePlanResponse answer;
      answer.set_session_id(message.session_id());
      answer.set_server_side_session_id(session->session()->server_side_id());
      connect::AnalyzePlan(*queries_, session->session(), message, answer);
      *response = ToBuffer(std::make_shared<const std::string>(answer.SerializeAsString()));
    } catch (...) {
      Error error = CurrentError();
      if (error.kind() == ErrorKind::kInternal) Log(LogLevel::kError, "connect", "analysis failed", {{"error", error.what()}});
      status = ToGrpc((session ? session->errors() : errors_).Record(error));
    }
    reactor->Finish(status);
  });
  return reactor;
}

}  // namespace headrace::connect
