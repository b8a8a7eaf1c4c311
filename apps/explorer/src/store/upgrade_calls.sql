-- From form 2 to form 3: what referenda propose. An index that is made anew has it of those that are over, too.
CREATE TABLE proposals (referendum INTEGER PRIMARY KEY, call TEXT, args TEXT, unreadable TEXT);
UPDATE meta SET value = '3' WHERE key = 'form';
