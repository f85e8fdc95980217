"""Jobs of the room: encoding what was written, and mails."""
