#include "connect/grpc/service.h"

#include "base/log.h"

namespace headrace::connect {

namespace sc = ::spark::connect;

grpc::Status ToGrpc(const RpcStatus& status) {
  if (status.code == 0) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code), status.message, status.details);
}

std::string TokenOf(const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  auto found = metadata.find("authorization");
  if (found == metadata.end()) return "";
  std::string value(found->second.data(), found->second.size());
  constexpr char kBearer[] = "Bearer ";
  constexpr size_t kLength = sizeof(kBearer) - 1;
  return value.compare(0, kLength, kBearer) == 0 ? value.substr(kLength) : "";
}

ConnectService::ConnectService(const ConnectOptions& options, std::shared_ptr<engine::QueryService> queries)
    : authenticate_(options.authenticate),
      queries_(std::move(queries)),
      sessions_(options.settings),
      pool_(options.driver_threads) {}

std::string ConnectService::UserOf(const std::string& token, const sc::UserContext& claimed) const {
  if (!authenticate_) return claimed.user_id();
  if (auto user = authenticate_(token)) return *user;
  throw Error(ErrorKind::kUnauthenticated, "UNAUTHENTICATED", "The call needs a valid bearer token.");
}

template <typename Handler>
grpc::ServerUnaryReactor* ConnectService::Unary(grpc::CallbackServerContext* context, Handler handler) {
  auto* reactor = context->DefaultReactor();
  std::shared_ptr<ClientSession> session;
  grpc::Status status;
  try {
    handler(TokenOf(*context), session);
  } catch (...) {
    status = ToGrpc((session ? session->errors() : errors_).Record(CurrentError()));
  }
  reactor->Finish(status);
  return reactor;
}

grpc::ServerUnaryReactor* ConnectService::Config(grpc::CallbackServerContext* context, const sc::ConfigRequest* request,
                                                 sc::ConfigResponse* response) {
  return Unary(context, [&](const std::string& token, std::shared_ptr<ClientSession>& session) {
    session = SessionOf(token, *request);
    response->set_session_id(request->session_id());
    response->set_server_side_session_id(session->session()->server_side_id());
    HandleConfig(*session->session(), *request, *response);
  });
}

grpc::ServerUnaryReactor* ConnectService::ArtifactStatus(grpc::CallbackServerContext* context,
                                                         const sc::ArtifactStatusesRequest* request,
                                                         sc::ArtifactStatusesResponse* response) {
  return Unary(context, [&](const std::string& token, std::shared_ptr<ClientSession>& session) {
    session = SessionOf(token, *request);
    response->set_session_id(request->session_id());
    response->set_server_side_session_id(session->session()->server_side_id());
    for (const auto& name : request->names()) {
      (*response->mutable_statuses())[name].set_exists(session->session()->artifacts().Has(name));
    }
  });
}

grpc::ServerUnaryReactor* ConnectService::Interrupt(grpc::CallbackServerContext* context, const sc::InterruptRequest* request,
                                                    sc::InterruptResponse* response) {
  return Unary(context, [&](const std::string& token, std::shared_ptr<ClientSession>& session) {
    session = SessionOf(token, *request);
    response->set_session_id(request->session_id());
    response->set_server_side_session_id(session->session()->server_side_id());
    auto chosen = [&](const Operation& operation) {
      switch (request->interrupt_type()) {
        case sc::InterruptRequest::INTERRUPT_TYPE_ALL:
          return true;
        case sc::InterruptRequest::INTERRUPT_TYPE_TAG:
          return std::find(operation.tags().begin(), operation.tags().end(), request->operation_tag()) != operation.tags().end();
        case sc::InterruptRequest::INTERRUPT_TYPE_OPERATION_ID:
          return operation.id() == request->operation_id();
        default:
          throw Error(ErrorKind::kUnsupported, "UNSUPPORTED_FEATURE.HEADRACE", "Unknown kind of interrupt.")
              .WithSqlState("0A000");
      }
    };
    for (const auto& operation : session->Operations()) {
      if (!chosen(*operation) || operation->state() != Operation::State::kRunning) continue;
      operation->cancellation()->Cancel();
      response->add_interrupted_ids(operation->id());
    }
  });
}

grpc::ServerUnaryReactor* ConnectService::ReleaseExecute(grpc::CallbackServerContext* context,
                                                         const sc::ReleaseExecuteRequest* request,
                                                         sc::ReleaseExecuteResponse* response) {
  return Unary(context, [&](const std::string& token, std::shared_ptr<ClientSession>& session) {
    session = SessionOf(token, *request, false);
    response->set_session_id(request->session_id());
    response->set_server_side_session_id(session->session()->server_side_id());
    auto operation = session->Find(request->operation_id());
    if (!operation) return;  // Released before: releasing again is no error.
    response->set_operation_id(operation->id());
    if (request->has_release_until()) {
      operation->ReleaseUntil(request->release_until().response_id());
    } else {
      session->Remove(operation->id());
    }
  });
}

grpc::ServerUnaryReactor* ConnectService::ReleaseSession(grpc::CallbackServerContext* context,
                                                         const sc::ReleaseSessionRequest* request,
                                                         sc::ReleaseSessionResponse* response) {
  return Unary(context, [&](const std::string& token, std::shared_ptr<ClientSession>&) {
    std::string user = UserOf(token, request->user_context());
    response->set_session_id(request->session_id());
    auto removed = sessions_.Remove(user, request->session_id(), request->allow_reconnect());
    if (!removed) return;
    response->set_server_side_session_id(removed->session()->server_side_id());
    CloseSession(removed);
  });
}

void ConnectService::CloseSession(const std::shared_ptr<ClientSession>& session) {
  session->CancelAll();
  pool_.Submit([this, session] {
    try {
      queries_->CloseSession(session->session());
    } catch (...) {
      Log(LogLevel::kError, "connect", "closing a session failed", {{"error", CurrentError().what()}});
    }
  });
}

grpc::ServerUnaryReactor* ConnectService::FetchErrorDetails(grpc::CallbackServerContext* context,
                                                            const sc::FetchErrorDetailsRequest* request,
                                                            sc::FetchErrorDetailsResponse* response) {
  return Unary(context, [&](const std::string& token, std::shared_ptr<ClientSession>& session) {
    session = SessionOf(token, *request);
    response->set_session_id(request->session_id());
    response->set_server_side_session_id(session->session()->server_side_id());
    auto error = session->errors().Find(request->error_id());
    if (!error) error = errors_.Find(request->error_id());
    if (error) EncodeErrorDetails(*error, *response);
  });
}

grpc::ServerUnaryReactor* ConnectService::CloneSession(grpc::CallbackServerContext* context,
                                                       const sc::CloneSessionRequest* request,
                                                       sc::CloneSessionResponse* response) {
  return Unary(context, [&](const std::string& token, std::shared_ptr<ClientSession>& session) {
    session = SessionOf(token, *request, false);
    auto clone = sessions_.Clone(*session, request->new_session_id());
    response->set_session_id(request->session_id());
    response->set_server_side_session_id(session->session()->server_side_id());
    response->set_new_session_id(clone->session()->session_id());
    response->set_new_server_side_session_id(clone->session()->server_side_id());
  });
}

grpc::ServerUnaryReactor* ConnectService::GetStatus(grpc::CallbackServerContext* context, const sc::GetStatusRequest* request,
                                                    sc::GetStatusResponse* response) {
  return Unary(context, [&](const std::string& token, std::shared_ptr<ClientSession>& session) {
    using Status = sc::GetStatusResponse_OperationStatus;
    session = SessionOf(token, *request, false);
    response->set_session_id(request->session_id());
    response->set_server_side_session_id(session->session()->server_side_id());
    if (!request->has_operation_status()) return;
    auto add = [&](const std::string& id, const Operation* operation) {
      auto* status = response->add_operation_statuses();
      status->set_operation_id(id);
      if (operation == nullptr) {
        status->set_state(Status::OPERATION_STATE_UNKNOWN);
        return;
      }
      switch (operation->state()) {
        case Operation::State::kRunning:
          status->set_state(operation->cancellation()->cancelled() ? Status::OPERATION_STATE_TERMINATING
                                                                   : Status::OPERATION_STATE_RUNNING);
          return;
        case Operation::State::kSucceeded:
          status->set_state(Status::OPERATION_STATE_SUCCEEDED);
          return;
        case Operation::State::kFailed:
          status->set_state(Status::OPERATION_STATE_FAILED);
          return;
        case Operation::State::kCancelled:
          status->set_state(Status::OPERATION_STATE_CANCELLED);
          return;
      }
    };
    const auto& ids = request->operation_status().operation_ids();
    if (ids.empty()) {
      for (const auto& operation : session->Operations()) add(operation->id(), operation.get());
    }
    for (const auto& id : ids) add(id, session->Find(id).get());
  });
}

void ConnectService::Sweep(const ConnectOptions& options) {
  for (const auto& session : sessions_.All()) {
    for (const auto& operation : session->Operations()) {
      auto detached = operation->DetachedFor();
      if (!detached || *detached < options.detached_timeout) continue;
      Log(LogLevel::kInfo, "connect", "operation abandoned by its client", {{"operation", operation->id()}});
      session->Remove(operation->id());
    }
    if (session->IdleFor() < options.session_timeout) continue;
    Log(LogLevel::kInfo, "connect", "session closed after being idle", {{"session", session->session()->session_id()}});
    if (auto removed = sessions_.Remove(session->session()->user_id(), session->session()->session_id(), false)) {
      CloseSession(removed);
    }
  }
}

/// Reads the messages of one AddArtifacts call on the network thread; they are only copied into memory.
class ArtifactReader final : public grpc::ServerReadReactor<sc::AddArtifactsRequest> {
 public:
  ArtifactReader(ConnectService& service, grpc::CallbackServerContext* context, sc::AddArtifactsResponse* response)
      : service_(service), token_(TokenOf(*context)), response_(response) {
    StartRead(&message_);
  }

  void OnReadDone(bool ok) override {
    try {
      if (ok && !failed_) {
        if (!receiver_) {
          session_ = service_.SessionOf(token_, message_);
          receiver_ = std::make_unique<ArtifactReceiver>(session_->session());
        }
        receiver_->Add(message_);
      } else if (!ok && !failed_) {
        if (receiver_) receiver_->Finish(*response_);
        if (session_) {
          response_->set_session_id(session_->session()->session_id());
          response_->set_server_side_session_id(session_->session()->server_side_id());
        }
      }
    } catch (...) {
      failed_ = true;
      status_ = ToGrpc((session_ ? session_->errors() : service_.errors_).Record(CurrentError()));
    }
    if (ok && !failed_) {
      StartRead(&message_);
    } else {
      Finish(status_);
    }
  }
  void OnDone() override { delete this; }

 private:
  ConnectService& service_;
  const std::string token_;
  sc::AddArtifactsResponse* const response_;
  sc::AddArtifactsRequest message_;
  std::shared_ptr<ClientSession> session_;
  std::unique_ptr<ArtifactReceiver> receiver_;
  grpc::Status status_;
  bool failed_ = false;
};

grpc::ServerReadReactor<sc::AddArtifactsRequest>* ConnectService::AddArtifacts(grpc::CallbackServerContext* context,
                                                                               sc::AddArtifactsResponse* response) {
  return new ArtifactReader(*this, context, response);
}

}  // namespace headrace::connect
