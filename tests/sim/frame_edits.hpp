// Frames that are changed, or counted, on their way.
#pragma once

#include "tern/bytes.hpp"
#include "wire/frames.hpp"

namespace tern::sim {

/// Passes a request of this kind to `edit`, and sends what it becomes.
template <class What, class Edit>
void edit_request(Bytes& frame, const Edit& edit) {
  auto decoded = wire::decode_request(frame).value();
  auto* request = std::get_if<wire::RequestFrame>(&decoded);
  auto* what = request ? std::get_if<What>(&request->request) : nullptr;
  if (!what) return;
  edit(*what);
  frame = wire::encode(*request);
}

/// The same for an answer.
template <class What, class Edit>
void edit_answer(Bytes& frame, const Edit& edit) {
  auto decoded = wire::decode_server_frame(frame).value();
  auto* answer = decoded ? std::get_if<wire::AnswerFrame>(&*decoded) : nullptr;
  auto* what = answer ? std::get_if<What>(&answer->answer) : nullptr;
  if (!what) return;
  edit(*what);
  frame = wire::encode(*answer);
}

/// Passes a piece of the log, pushed or asked for, to `edit`, and sends what it becomes.
template <class Edit>
void edit_entries(Bytes& frame, const LogId& log, const Edit& edit) {
  auto decoded = wire::decode_server_frame(frame).value();
  if (!decoded) return;
  if (auto* push = std::get_if<wire::Push>(&*decoded)) {
    auto* entries = std::get_if<wire::Entries>(push);
    if (!entries || entries->log != log) return;
    edit(*entries);
    frame = wire::encode(*push);
    return;
  }
  auto& answer = std::get<wire::AnswerFrame>(*decoded);
  auto* entries = std::get_if<wire::Entries>(&answer.answer);
  if (!entries || entries->log != log) return;
  edit(*entries);
  frame = wire::encode(answer);
}

/// Gives an answer of this kind to `instead`, which returns the one to send in its place.
template <class What, class Instead>
void replace_answer(Bytes& frame, const Instead& instead) {
  auto decoded = wire::decode_server_frame(frame).value();
  auto* answer = decoded ? std::get_if<wire::AnswerFrame>(&*decoded) : nullptr;
  auto* what = answer ? std::get_if<What>(&answer->answer) : nullptr;
  if (!what) return;
  const wire::Answer other = instead(*what);
  frame = wire::encode(wire::AnswerFrame{answer->id, other});
}

template <class What>
std::size_t count_requests(const Bytes& frame) {
  const auto decoded = wire::decode_request(frame);
  const auto* request = decoded ? std::get_if<wire::RequestFrame>(&*decoded) : nullptr;
  return request && std::holds_alternative<What>(request->request) ? 1 : 0;
}

}  // namespace tern::sim
