"""Addresses of the desk."""

from django.urls import URLPattern, URLResolver, path

from querwerk.desk.views import (
    consents,
    directory,
    documents,
    files,
    films,
    history,
    links,
    matching,
    menu,
    pages,
    pictures,
    proposals,
    records,
    reports,
    roles,
    rounds,
    uploads,
)
from querwerk.desk.views.registrations import attendance, doors, listing, one, terms
from querwerk.desk.views.texts import listing as text_listing
from querwerk.desk.views.texts import publishing, syncing, versions, writing
from querwerk.events.states import Occasion

DIRECTORY = "desk/<slug:programme>/directory/"
EVENTS = "desk/<slug:programme>/registrations/"
EVENT = EVENTS + "<str:key>/"
FEEDBACK = {"occasion": Occasion.FEEDBACK}
TEXT = "desk/<slug:programme>/records/<slug:kind>/<str:key>/text/<slug:role>"

CONSENTS: list[URLPattern | URLResolver] = [
    path(f"desk/<slug:programme>/{kind}s/<str:key>/{place}", view, {"kind": kind}, name=f"{kind}_{name}")
    for kind in ("picture", "film")
    for place, view, name in (
        ("consent/", consents.consent, "consent"),
        ("consent/<int:number>/withdraw/", consents.consent_withdraw, "consent_withdraw"),
        ("withdraw/", consents.withdraw, "withdraw"),
        ("readmit/", consents.readmit, "readmit"),
    )
]

app_name = "desk"
urlpatterns = [
    *CONSENTS,
    path("desk/", pages.choose, name="choose"),
    path("desk/<slug:programme>/", pages.home, name="home"),
    path("desk/<slug:programme>/attention/<slug:sort>/", pages.attention, name="attention"),
    path("desk/<slug:programme>/options/", pages.options, name="options"),
    path("desk/<slug:programme>/journal/", history.journal, name="journal"),
    path("desk/<slug:programme>/journal/<int:number>/", history.journal_entry, name="journal_entry"),
    path("desk/<slug:programme>/journal/<int:number>/restore/<slug:side>/", history.restore, name="restore"),
    path("desk/<slug:programme>/films/<str:key>/files/", films.film_files, name="film_files"),
    path("desk/<slug:programme>/pictures/", pictures.library, name="library"),
    path("desk/<slug:programme>/pictures/upload/", uploads.upload, name="picture_upload"),
    path("desk/<slug:programme>/pictures/pick/", uploads.pick, name="picture_pick"),
    path("desk/<slug:programme>/pictures/<str:key>/", pictures.picture, name="picture"),
    path("desk/<slug:programme>/pictures/<str:key>/focus/", pictures.focus, name="picture_focus"),
    path("desk/<slug:programme>/pictures/<str:key>/erase/", pictures.erase, name="picture_erase"),
    path("desk/<slug:programme>/files/", files.files, name="files"),
    path("desk/<slug:programme>/files/upload/", files.upload, name="file_upload"),
    path("desk/<slug:programme>/files/<str:key>/", files.file, name="file"),
    path("desk/<slug:programme>/files/<str:key>/erase/", files.erase, name="file_erase"),
    path("desk/<slug:programme>/matching/", matching.home, name="matching"),
    path("desk/<slug:programme>/matching/creatives/", matching.creatives, name="matching_creatives"),
    path("desk/<slug:programme>/matching/creatives/<str:key>/", matching.creative, name="matching_creative"),
    path("desk/<slug:programme>/matching/fairness/", rounds.fair, name="fairness"),
    path("desk/<slug:programme>/matching/rounds/", rounds.rounds, name="rounds"),
    path("desk/<slug:programme>/matching/rounds/<int:number>/", rounds.show, name="round"),
    path("desk/<slug:programme>/matching/proposals/", proposals.proposal_list, name="proposals"),
    path("desk/<slug:programme>/matching/proposals/<int:number>/", proposals.proposal, name="proposal"),
    path("desk/<slug:programme>/matching/challenges/<str:key>/", matching.challenge, name="matching_challenge"),
    path(
        "desk/<slug:programme>/matching/challenges/<str:key>/<str:profile>/propose/", proposals.propose, name="propose"
    ),
    path(
        "desk/<slug:programme>/matching/challenges/<str:key>/<str:profile>/<slug:mark>/", matching.judge, name="judge"
    ),
    path(DIRECTORY, directory.overview, name="directory"),
    path(DIRECTORY + "import/", directory.import_upload, name="directory_import"),
    path(DIRECTORY + "import/<str:token>/", directory.import_plan, name="directory_plan"),
    path(DIRECTORY + "invite/", directory.invite, name="directory_invite"),
    path(DIRECTORY + "claims/<int:number>/", directory.claim, name="directory_claim"),
    path(DIRECTORY + "questions/<int:number>/", directory.inquiry, name="directory_inquiry"),
    path(DIRECTORY + "duplicates/", directory.duplicates, name="directory_duplicates"),
    path(DIRECTORY + "merged/<int:number>/", directory.part, name="directory_part"),
    path(DIRECTORY + "duplicates/<str:one>/<str:other>/", directory.merge, name="directory_merge"),
    path("desk/<slug:programme>/menu/", menu.menu, name="menu"),
    path("desk/<slug:programme>/roles/", roles.roles, name="roles"),
    path("desk/<slug:programme>/roles/<int:number>/remove/", roles.role_remove, name="role_remove"),
    path("desk/<slug:programme>/records/<slug:kind>/", pages.record_list, name="record_list"),
    path("desk/<slug:programme>/records/<slug:kind>/+/", records.record_new, name="record_new"),
    path("desk/<slug:programme>/records/<slug:kind>/<str:key>/", records.record_edit, name="record_edit"),
    path("desk/<slug:programme>/records/<slug:kind>/<str:key>/history/", history.record_history, name="record_history"),
    path("desk/<slug:programme>/records/<slug:kind>/<str:key>/links/", links.record_links, name="record_links"),
    path(
        "desk/<slug:programme>/records/event/<str:key>/newsflash/", reports.newsflash_propose, name="newsflash_propose"
    ),
    path(EVENTS, listing.event_index, name="registration_events"),
    path(EVENT, listing.registration_list, name="registrations"),
    path(f"{EVENT}list.<slug:form>", listing.registration_file, name="registration_file"),
    path(f"{EVENT}+/", listing.registration_new, name="registration_new"),
    path(f"{EVENT}message/", listing.message_write, name="registration_message"),
    path(f"{EVENT}terms/", terms.terms_edit, name="registration_terms"),
    path(f"{EVENT}questions/", terms.question_list, name="questions"),
    path(f"{EVENT}questions/+/", terms.question_edit, name="question_new"),
    path(f"{EVENT}questions/<int:number>/", terms.question_edit, name="question"),
    path(f"{EVENT}feedback/questions/", terms.question_list, FEEDBACK, name="feedback_questions"),
    path(f"{EVENT}feedback/questions/+/", terms.question_edit, FEEDBACK, name="feedback_question_new"),
    path(f"{EVENT}feedback/questions/<int:number>/", terms.question_edit, FEEDBACK, name="feedback_question"),
    path(f"{EVENT}times/", terms.slot_list, name="slots"),
    path(f"{EVENT}invitations/", terms.invitation_list, name="invitations"),
    path(f"{EVENT}door/", doors.door, name="door"),
    path(f"{EVENT}door/people.json", doors.door_people, name="door_people"),
    path(f"{EVENT}door/notes/", doors.door_notes, name="door_notes"),
    path(f"{EVENT}door/worker.js", doors.door_worker, name="door_worker"),
    path(f"{EVENT}attendance/", attendance.attendance_list, name="attendance"),
    path(f"{EVENT}attendance.csv", attendance.attendance_file, name="attendance_file"),
    path(f"{EVENT}<int:number>/", one.registration_one, name="registration"),
    path(f"{TEXT}/", text_listing.text_list, name="text_list"),
    path(f"{TEXT}/<slug:language>/", writing.text_edit, name="text_edit"),
    path(f"{TEXT}/<slug:language>/sync/", syncing.text_sync, name="text_sync"),
    path(f"{TEXT}/<slug:language>/clash/", syncing.text_clash, name="text_clash"),
    path(f"{TEXT}/<slug:language>/translated/", syncing.text_translated, name="text_translated"),
    path(f"{TEXT}/<slug:language>/versions/", versions.text_versions, name="text_versions"),
    path(f"{TEXT}/<slug:language>/preview/", versions.text_preview, name="text_preview"),
    path(f"{TEXT}/<slug:language>/import/", documents.text_import, name="text_import"),
    path(f"{TEXT}/<slug:language>/file/<slug:form>/", documents.text_file, name="text_file"),
    path(f"{TEXT}/<slug:language>/publish/", publishing.text_publish, name="text_publish"),
    path("desk/<slug:programme>/records/<slug:kind>/<str:key>/<slug:move>/", records.record_move, name="record_move"),
]
